// A crash some frames deep, in a member function of a class, with something to see in every frame.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace shop {

struct Item {
  std::string name;
  int price;
};

class Cart {
 public:
  void add(const std::string& name, int price) { items_.push_back(std::make_unique<Item>(Item{name, price})); }
  void lose(std::size_t index) { items_[index].reset(); }
  __attribute__((noinline)) int total(int discount) const;

 private:
  std::vector<std::unique_ptr<Item>> items_;
};

__attribute__((noinline)) int price_of(const Item* item, int discount) {
  int price = item->price;
  return price - discount;
}

int Cart::total(int discount) const {
  int sum = 0;
  for (const auto& item : items_) sum += price_of(item.get(), discount);
  return sum;
}

}  // namespace shop

int main(int argc, char**) {
  shop::Cart cart;
  cart.add("apples", 30);
  cart.add("pears and other fruit of the season", 40);
  cart.lose(1);
  std::printf("total %d\n", cart.total(argc));
  return 0;
}
