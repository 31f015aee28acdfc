#include "transport/ssh_keywords.hpp"

#include <algorithm>
#include <iterator>

namespace rspbridge::transport {

bool is_ssh_keyword(std::string_view keyword) {
  static constexpr std::string_view kKeywords[] = {
      "addkeystoagent", "addressfamily", "batchmode", "bindaddress", "bindinterface", "canonicaldomains",
      "canonicalizefallbacklocal", "canonicalizehostname", "canonicalizemaxdots",
      "canonicalizepermittedcnames", "casignaturealgorithms", "certificatefile", "channeltimeout",
      "checkhostip", "ciphers", "clearallforwardings", "compression", "connectionattempts",
      "connecttimeout", "controlmaster", "controlpath", "controlpersist", "dynamicforward",
      "enableescapecommandline", "enablesshkeysign", "escapechar", "exitonforwardfailure",
      "fingerprinthash", "forkafterauthentication", "forwardagent", "forwardx11", "forwardx11timeout",
      "forwardx11trusted", "gatewayports", "globalknownhostsfile", "gssapiauthentication",
      "gssapidelegatecredentials", "hashknownhosts", "host", "hostbasedacceptedalgorithms",
      "hostbasedauthentication", "hostkeyalgorithms", "hostkeyalias", "hostname", "identitiesonly",
      "identityagent", "identityfile", "ignoreunknown", "include", "ipqos",
      "kbdinteractiveauthentication", "kbdinteractivedevices", "kexalgorithms", "knownhostscommand",
      "localcommand", "localforward", "loglevel", "logverbose", "macs", "match",
      "nohostauthenticationforlocalhost", "numberofpasswordprompts", "obscurekeystroketiming",
      "passwordauthentication", "permitlocalcommand", "permitremoteopen", "pkcs11provider", "port",
      "preferredauthentications", "proxycommand", "proxyjump", "proxyusefdpass",
      "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "pubkeyauthentication", "rekeylimit",
      "remotecommand", "remoteforward", "requesttty", "requiredrsasize", "revokedhostkeys",
      "securitykeyprovider", "sendenv", "serveralivecountmax", "serveraliveinterval", "sessiontype",
      "setenv", "stdinnull", "streamlocalbindmask", "streamlocalbindunlink", "stricthostkeychecking",
      "syslogfacility", "tag", "tcpkeepalive", "tunnel", "tunneldevice", "updatehostkeys", "user",
      "userknownhostsfile", "verifyhostkeydns", "versionaddendum", "visualhostkey", "xauthlocation",
      "challengeresponseauthentication", "hostbasedkeytypes"};
  return std::find(std::begin(kKeywords), std::end(kKeywords), keyword) != std::end(kKeywords);
}

}  // namespace rspbridge::transport
