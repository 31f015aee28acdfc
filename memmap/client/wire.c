#include "memmap/client/wire.h"

#include <string.h>

/* Takes numbers off the front of a message. */
struct cursor {
  const unsigned char* at;
  size_t left;
  bool ok;
};

static void require(struct cursor* in, bool condition) {
  in->ok = in->ok && condition;
}

static uint64_t number(struct cursor* in, size_t size) {
  require(in, in->left >= size);
  if (!in->ok) return 0;
  uint64_t value = 0;
  for (size_t i = size; i > 0; --i) value = value << 8 | in->at[i - 1];
  in->at += size;
  in->left -= size;
  return value;
}

static uint32_t small(struct cursor* in) {
  return (uint32_t)number(in, 4);
}
static uint64_t big(struct cursor* in) {
  return number(in, 8);
}

static bool flag(struct cursor* in) {
  uint32_t value = small(in);
  require(in, value <= 1);
  return value == 1;
}

static void text(struct cursor* in, char* out, size_t most) {
  size_t size = small(in);
  require(in, size <= most && size <= in->left);
  if (!in->ok) return;
  for (size_t i = 0; i < size; ++i) out[i] = in->at[i] >= ' ' && in->at[i] != 127 ? (char)in->at[i] : '?';
  out[size] = 0;
  in->at += size;
  in->left -= size;
}

static void range(struct cursor* in, uint64_t* begin, uint64_t* end) {
  *begin = big(in);
  *end = big(in);
  require(in, *begin <= *end && *end <= RSPBRIDGE_WIRE_VIEW_SIZE);
}

static void ranges(struct cursor* in, struct wire_message* message) {
  message->range_count = small(in);
  message->ranges = in->at;
  require(in, message->range_count <= RSPBRIDGE_WIRE_RANGES_MAX);
  uint64_t behind = 0, begin = 0, end = 0;
  for (uint32_t i = 0; i < message->range_count && in->ok; ++i) {
    range(in, &begin, &end);
    require(in, begin < end && behind <= begin);
    behind = end;
  }
}

static void hello(struct cursor* in, struct wire_message* message) {
  require(in, big(in) == RSPBRIDGE_WIRE_MAGIC);
  message->version = small(in);
  message->page_size = small(in);
  message->stop_id = big(in);
  message->running = flag(in);
  text(in, message->text, RSPBRIDGE_WIRE_SESSION_MAX);
}

static void failure(struct cursor* in, struct wire_message* message) {
  message->code = small(in);
  require(in, message->code >= RSPBRIDGE_WIRE_UNREADABLE && message->code <= RSPBRIDGE_WIRE_REFUSED);
  range(in, &message->begin, &message->end);
  text(in, message->text, RSPBRIDGE_WIRE_SENTENCE_MAX);
}

bool wire_decode(const unsigned char* bytes, size_t size, struct wire_message* message) {
  struct cursor in = {bytes, size, size <= RSPBRIDGE_WIRE_MESSAGE_MAX};
  memset(message, 0, sizeof *message);
  message->type = small(&in);
  message->id = small(&in);
  switch (message->type) {
    case RSPBRIDGE_WIRE_HELLO:
      hello(&in, message);
      break;
    case RSPBRIDGE_WIRE_OK:
      message->stop_id = big(&in);
      ranges(&in, message);
      break;
    case RSPBRIDGE_WIRE_FAILURE:
      failure(&in, message);
      break;
    case RSPBRIDGE_WIRE_VMAS_REPLY:
      message->stop_id = big(&in);
      message->size = big(&in);
      require(&in, message->size <= RSPBRIDGE_WIRE_VMAS_TEXT_MAX);
      break;
    case RSPBRIDGE_WIRE_STATE:
      message->stop_id = big(&in);
      message->running = flag(&in);
      break;
    default:
      return false;
  }
  return in.ok && in.left == 0;
}

static unsigned char* put(unsigned char* at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) *at++ = (unsigned char)(value >> (8 * i));
  return at;
}

size_t wire_encode(const struct wire_request* request, unsigned char* bytes) {
  unsigned char* at = put(bytes, request->type, 4);
  at = put(at, request->id, 4);
  if (request->type == RSPBRIDGE_WIRE_ENSURE) {
    at = put(at, request->address, 8);
    at = put(at, request->length, 8);
    at = put(at, request->ahead, 8);
    at = put(at, request->wait ? RSPBRIDGE_WIRE_WAIT : 0, 4);
  }
  return (size_t)(at - bytes);
}

uint64_t wire_reach(const struct wire_message* ok, uint64_t address) {
  struct cursor in = {ok->ranges, (size_t)ok->range_count * 16, true};
  for (uint32_t i = 0; i < ok->range_count; ++i) {
    uint64_t begin = big(&in), end = big(&in);
    if (begin <= address && address < end) address = end;
  }
  return address;
}
