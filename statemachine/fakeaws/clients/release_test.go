package clients

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

func TestABadReleaseShowsUnderLoadOnly(t *testing.T) {
	l := &load{errorShare: 0.8, errorsFrom: 0.05}
	for share, want := range map[float64]float64{0: 0, 0.04: 0, 0.05: 0.8, 1: 0.8} {
		if got := l.errors(share); got != want {
			t.Errorf("serving %v of the users, %v fail; want %v", share, got, want)
		}
	}
	if err := New(kernel.New("111122223333", time.Time{}, "us-west-2"), nil, nil, nil).Control().SetErrorShareUnderLoad("us-west-2", "shop", 2, 0.1); err == nil {
		t.Error("a share of 2 was taken")
	}
}
