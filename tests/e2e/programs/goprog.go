// A few goroutines at work; for delve.
package main

import (
	"fmt"
	"os"
	"time"
)

type job struct {
	ID   int
	Name string
	Tags map[string]int
}

func work(n int, in <-chan job, out chan<- string) {
	for j := range in {
		out <- fmt.Sprintf("worker %d: job %d %q", n, j.ID, j.Name)
	}
}

func main() {
	in, out := make(chan job), make(chan string)
	for n := 0; n < 4; n++ {
		go work(n, in, out)
	}
	fmt.Println("pid", os.Getpid())
	for id := 0; ; id++ {
		in <- job{id, fmt.Sprint("job-", id), map[string]int{"id": id}}
		fmt.Println(<-out)
		time.Sleep(time.Second)
	}
}
