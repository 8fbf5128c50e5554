package kernel

import (
	"errors"
	"strconv"
	"testing"
)

// TestAMemoParsesATextOnceAndHoldsABoundedNumber: memory stays flat over as many situations as there are.
func TestAMemoParsesATextOnceAndHoldsABoundedNumber(t *testing.T) {
	var m Memo[int]
	parsed := 0
	of := func(text string) (int, error) {
		return m.Of(text, func() (int, error) {
			parsed++
			return strconv.Atoi(text)
		})
	}
	for range 3 {
		if got, err := of("7"); got != 7 || err != nil || parsed != 1 {
			t.Fatalf("got %d, %v, parsed %d times; want 7, parsed once", got, err, parsed)
		}
	}
	for i := range 10 * maxKept {
		if got, err := of(strconv.Itoa(i)); got != i || err != nil {
			t.Fatalf("got %d, %v; want %d", got, err, i)
		}
		if len(m.kept) > maxKept {
			t.Fatalf("it holds %d texts; want at most %d", len(m.kept), maxKept)
		}
	}
}

func TestAMemoKeepsNoError(t *testing.T) {
	var m Memo[int]
	wrong := errors.New("wrong")
	if _, err := m.Of("7", func() (int, error) { return 0, wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v; want the error", err)
	}
	if got, err := m.Of("7", func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("got %d, %v; want 7", got, err)
	}
}
