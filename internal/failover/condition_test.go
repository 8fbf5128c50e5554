package failover

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// conditionOf returns the condition in err's chain, or [Unexpected].
func conditionOf(err error) Condition {
	var f *Failure
	if errors.As(err, &f) {
		return f.Condition
	}
	return Unexpected
}

func TestConditionIsFoundThroughWrapping(t *testing.T) {
	cause := errors.New("rate exceeded")
	cases := []struct {
		name string
		err  error
		want Condition
	}{
		{"bare", Fail(Throttled, cause), Throttled},
		{"wrapped", fmt.Errorf("shift zone Z1: %w", Fail(FenceLost, cause)), FenceLost},
		{"wrapped twice", fmt.Errorf("stage 2: %w", fmt.Errorf("shift zone Z1: %w", Fail(Denied, cause))), Denied},
		{"joined", errors.Join(cause, Fail(Busy, cause)), Busy},
		{"the outer one counts", Fail(Rejected, fmt.Errorf("again: %w", Fail(Throttled, cause))), Rejected},
		{"none", cause, Unexpected},
		{"no error", nil, Unexpected},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := conditionOf(c.err); got != c.want {
				t.Errorf("got %s; want %s", got, c.want)
			}
		})
	}
}

func TestFailureSaysWhatItsCauseSays(t *testing.T) {
	cause := errors.New("rate exceeded")
	err := Fail(Throttled, fmt.Errorf("shift zone Z1: %w", cause))
	if got, want := err.Error(), "shift zone Z1: rate exceeded"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}

func TestCatalogueNamesEachConditionOnce(t *testing.T) {
	seen := slices.Clone(Conditions)
	slices.Sort(seen)
	if got := len(slices.Compact(seen)); got != len(Conditions) || slices.Contains(seen, "") {
		t.Errorf("%v", Conditions)
	}
}
