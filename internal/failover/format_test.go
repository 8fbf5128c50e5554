package failover

import (
	"strings"
	"testing"
)

func TestAVersionReadsItsFormatAndTheOneBefore(t *testing.T) {
	for format, says := range map[int]string{0: "", OldestFormat: "", Format: "", Format + 1: "of a newer version", OldestFormat - 2: "of an older version"} {
		err := CheckFormat("the report", format)
		switch {
		case says == "" && err != nil:
			t.Errorf("format %d: %v", format, err)
		case says != "" && (err == nil || conditionOf(err) != UnknownFormat || !strings.Contains(err.Error(), says)):
			t.Errorf("format %d: got %v; want %s %q", format, err, UnknownFormat, says)
		}
	}
}

// TestTheFormatOfAFenceIsTheFormat: whoever changes the one changes the other, and what reads the one before.
func TestTheFormatOfAFenceIsTheFormat(t *testing.T) {
	if Format != 2 || !strings.HasPrefix(fenceFormat, "format=2 ") {
		t.Errorf("format %d and a fence that says %s", Format, fenceFormat)
	}
}

func TestAFenceOfFormat1IsRead(t *testing.T) {
	fence := Fence{Epoch: 42, Run: "run-1", Region: "us-west-2", Stage: 3, Batch: 1, Phase: Outbound}
	const written = `"epoch=42 run=run-1 region=us-west-2 leg=out stage=3 batch=1"` // by release 0.1.0
	if got, err := ParseFence(written); err != nil || got != fence || fence.OldString() != written {
		t.Errorf("got %+v, %v, and writes %s; want %+v", got, err, fence.OldString(), fence)
	}
	if _, err := ParseFence(`"format=3 epoch=42"`); conditionOf(err) != UnknownFormat {
		t.Errorf("a newer one: got %v; want %s", err, UnknownFormat)
	}
}

func TestAReportOfFormat1IsRead(t *testing.T) {
	for _, c := range []struct {
		text, says string
	}{
		{`{"run": {"action": "failover", "from": "us-east-1"}, "outcome": "Completed", "rpoSeconds": 0.8, "targetRPOSeconds": 60}`, "about the last 0.8 s of writes lost; target 60 s, met"},
		{`{"run": {"action": "switchover"}, "outcome": "Completed", "rpoSeconds": 0.8}`, "no writes lost, the move was planned; replication lagged 0.8 s before"},
		{`{"run": {"action": "failover"}, "rpoSeconds": -1}`, "not measured: the replication lag before the promotion is not known"},
	} {
		r, err := ReadReport([]byte(c.text))
		if err != nil || r.Data() != c.says {
			t.Errorf("%s: got %q, %v; want %q", c.text, r.Data(), err, c.says)
		}
	}
	phases := PhasesFromFormat1(Drill, []PhaseResult{{RPOSeconds: new(-1.0)}, {RPOSeconds: new(2.0)}})
	if phases[0].RPOSeconds != nil || phases[0].LagSeconds != nil || *phases[1].RPOSeconds != 0 || *phases[1].LagSeconds != 2 {
		t.Errorf("got %+v", phases)
	}
	if _, err := ReadReport([]byte(`{"format": 3}`)); conditionOf(err) != UnknownFormat {
		t.Errorf("a newer one: got %v", err)
	}
}
