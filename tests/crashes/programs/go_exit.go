// An index out of range in a goroutine: the runtime tells of it, and exits.
package main

import "fmt"

//go:noinline
func pick(values []int, at int) int {
	return values[at] // crash
}

//go:noinline
func total(values []int, count int) int {
	sum := 0
	for i := 0; i < count; i++ {
		sum += pick(values, i)
	}
	return sum
}

func main() {
	sums := make(chan int)
	go func() { sums <- total(make([]int, 3), 4) }()
	fmt.Println(<-sums)
}
