package failover

import "testing"

// TestAZoneThatDidNotAnswerIsSetAsideForItsWave alone: it may answer when the next one comes. One that was denied is set
// aside for all of them.
func TestAZoneThatDidNotAnswerIsSetAsideForItsWave(t *testing.T) {
	r := Record{Name: "www.example.com", Type: "A", Zone: "Z1"}
	for _, c := range []struct {
		setAside, of int
		want         bool
	}{{0, 1, true}, {0, 2, true}, {1, 1, true}, {1, 2, false}} {
		aside := Aside{{Kind: ZoneKind, Zone: "Z1", Wave: c.setAside}}
		if got := aside.Record(Application{Name: "shop", Wave: c.of}, r); got != c.want {
			t.Errorf("set aside with wave %d, a record of wave %d: got %v, want %v", c.setAside, c.of, got, c.want)
		}
	}
}

// TestTheLastStageAsksLonger for what remains of its traffic: no other waits for it.
func TestTheLastStageAsksLonger(t *testing.T) {
	for _, c := range []struct {
		batches int
		last    bool
		want    int
	}{{1, false, 30}, {1, true, LastShiftSeconds}, {20, true, 220}} {
		if got := ShiftSeconds(c.batches, c.last); got != c.want {
			t.Errorf("%d batches, last: %v: got %d s, want %d s", c.batches, c.last, got, c.want)
		}
	}
}
