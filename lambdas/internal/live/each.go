package live

import (
	"context"
	"sync"
)

const (
	// Up to fewCalls calls are made one after the other. A rehearsal is that small: its calls have the same order every time,
	// and it gains nothing from parallel calls.
	fewCalls = 8
	// atOnce is how many of more calls run at a time.
	atOnce = 8
)

// each calls fn for 0 to n-1 and returns the error of the lowest index. After an error it still makes the other calls: which
// calls are made must not depend on which of them answers first.
func each(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	errs := make([]error, n)
	limit := atOnce
	if n <= fewCalls {
		limit = 1
	}
	slots := make(chan struct{}, limit)
	var wait sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			errs[i] = fn(ctx, i)
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
