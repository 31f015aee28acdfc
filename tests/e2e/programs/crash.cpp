// Dies of SIGSEGV five frames below main, with objects worth printing on the way.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shop {
struct Item { std::string name; int count; double price; };
struct Order {
  int id;
  std::vector<Item> items;
  std::map<std::string, int> tags;
  virtual ~Order() = default;
  virtual double total(int depth) const;
};
struct Discounted : Order {
  double rate = 0.25;
  double total(int depth) const override;
};

volatile int *nowhere = nullptr;

__attribute__((noinline)) int poke(int value) { *nowhere = value; return value + 1; }

template <typename T>
__attribute__((noinline)) T descend(T value, int depth) {
  if (depth == 0) return poke(static_cast<int>(value)) + value;
  return descend<T>(value + 1, depth - 1) + 1;
}
__attribute__((noinline)) double Order::total(int depth) const {
  double sum = 0;
  for (const Item &item : items) sum += item.count * item.price;
  return descend<long>(static_cast<long>(sum), depth) + sum;
}
__attribute__((noinline)) double Discounted::total(int depth) const {
  double full = Order::total(depth);
  return full * (1 - rate);
}
}  // namespace shop

__attribute__((noinline)) static int run(int argc, const shop::Order &order) {
  std::printf("order %d, %zu items\n", order.id, order.items.size());
  std::fflush(stdout);
  return static_cast<int>(order.total(argc + 1));
}

int main(int argc, char **argv) {
  auto order = std::make_unique<shop::Discounted>();
  order->id = 42;
  order->items = {{"bolt", 3, 1.5}, {"nut", 7, 0.25}, {argv[0], argc, 100}};
  order->tags = {{"urgent", 1}, {"fragile", 0}};
  return run(argc, *order);
}
