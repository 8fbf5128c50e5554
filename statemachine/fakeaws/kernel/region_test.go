package kernel

import (
	"testing"
	"time"
)

func TestFunctionsDoNotReachARegionThatTheyCannotSee(t *testing.T) {
	k := New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	w := k.Control()
	if err := w.CutOff("us-west-2", "us-east-1", true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		calling, region string
		disconnected    bool
	}{
		{"us-west-2", "us-east-1", true}, {"us-east-1", "us-west-2", true}, {"us-west-2", "us-west-2", false}, {"", "us-east-1", false},
	} {
		if got := !k.Connected(c.calling, c.region); got != c.disconnected {
			t.Errorf("a caller in %q and %s: disconnected %t; want %t", c.calling, c.region, got, c.disconnected)
		}
	}
	if err := w.CutOff("us-west-2", "us-east-1", false); err != nil || !k.Connected("us-west-2", "us-east-1") {
		t.Errorf("still disconnected, or %v", err)
	}
	if err := w.CutOff("us-west-2", "mars-1", true); err == nil {
		t.Error("a Region that does not exist was disconnected")
	}
}
