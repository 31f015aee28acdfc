// Handles two signals that it sends to itself, and counts them.
#include <csignal>
#include <cstdio>

volatile std::sig_atomic_t usr1 = 0;
volatile std::sig_atomic_t usr2 = 0;

void on_usr1(int) { usr1 = usr1 + 1; }
void on_usr2(int) { usr2 = usr2 + 1; }

void send(int signal) { std::raise(signal); }

void report() {
  std::printf("usr1 %d usr2 %d\n", static_cast<int>(usr1), static_cast<int>(usr2));
  std::fflush(stdout);
}

int main() {
  std::signal(SIGUSR1, on_usr1);
  std::signal(SIGUSR2, on_usr2);
  for (int i = 0; i < 2; ++i) {
    send(SIGUSR1);
    send(SIGUSR2);
    report();
  }
}
