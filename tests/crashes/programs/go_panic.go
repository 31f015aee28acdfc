// An index out of range, in a goroutine's call chain; the runtime is told to abort.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

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
	debug.SetTraceback("crash")
	values := make([]int, 2+len(os.Args))
	fmt.Println(total(values, 4))
}
