package failover

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFenceIsWrittenAsRoute53WantsIt(t *testing.T) {
	fence := Fence{Epoch: 42, Run: "run-1", Region: "us-west-2", Stage: 3, Batch: 1, Leg: Out}
	want := `"epoch=42 run=run-1 region=us-west-2 leg=out stage=3 batch=1"`
	if got := fence.String(); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestEveryFenceComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Fence{
			Epoch: rapid.Int64Min(1).Draw(t, "epoch"),
			// What Step Functions allows in the name of an execution, as far as it can be logged.
			Run:    rapid.StringMatching(`[0-9A-Za-z_-]{1,80}`).Draw(t, "run"),
			Region: rapid.SampledFrom([]Region{"us-east-1", "us-gov-west-1", "ap-southeast-7"}).Draw(t, "region"),
			Leg:    rapid.SampledFrom([]Leg{Out, Back, Rollback, Retreat}).Draw(t, "leg"),
			Stage:  rapid.IntRange(0, 2000).Draw(t, "stage"),
			Batch:  rapid.IntRange(0, 2000).Draw(t, "batch"),
		}
		value := want.String()
		got, err := ParseFence(value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("fence (-want +got):\n%s", diff)
		}
		// A TXT string has at most 255 characters between its quotation marks.
		if len(value) > 257 {
			t.Fatalf("%d characters: %s", len(value), value)
		}
	})
}

func TestFenceThatNobodyWroteIsRefused(t *testing.T) {
	for _, value := range []string{
		"", `""`, `"v=spf1 -all"`,
		`epoch=1 run=a region=b leg=out stage=0 batch=0`,
		`"epoch=1 run=a region=b leg=out stage=0 batch=0`,
		`"epoch=1 run=a region=b leg=out stage=0 batch=0" "more"`,
		`"epoch=1 run=a region=b leg=out stage=0 batch=0 more"`,
		`"epoch=+1 run=a region=b leg=out stage=0 batch=0"`,
		`"epoch=01 run=a region=b leg=out stage=0 batch=0"`,
		`"epoch=1_0 run=a region=b leg=out stage=0 batch=0"`,
		`"epoch=1  run=a region=b leg=out stage=0 batch=0"`,
		`"epoch=1 run= region=b leg=out stage=0 batch=0"`,
		`"epoch=x run=a region=b leg=out stage=0 batch=0"`,
		`"epoch=99999999999999999999 run=a region=b leg=out stage=0 batch=0"`,
		`"run=a region=b epoch=1 leg=out stage=0 batch=0"`,
	} {
		if got, err := ParseFence(value); err == nil {
			t.Errorf("%s was read as %+v", value, got)
		}
	}
}

func TestFenceStandsUnderTheZone(t *testing.T) {
	for _, zone := range []string{"example.com", "example.com."} {
		if got, want := FenceName(zone), "_drover.example.com"; got != want {
			t.Errorf("%s: got %s; want %s", zone, got, want)
		}
	}
}
