// A nil pointer's field is read.
package main

import (
	"fmt"
	"runtime/debug"
)

type order struct {
	number int64
	price  int64
}

var latest *order

//go:noinline
func price(of *order) int64 {
	return of.price // crash
}

//go:noinline
func invoice(orders ...*order) int64 {
	sum := int64(0)
	for _, each := range orders {
		sum += price(each)
	}
	return sum
}

func main() {
	debug.SetTraceback("crash")
	fmt.Println(invoice(&order{1, 2}, latest))
}
