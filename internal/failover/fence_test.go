package failover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFenceIsWrittenAsRoute53WantsIt(t *testing.T) {
	fence := Fence{Epoch: 42, Run: "run-1", Region: "us-west-2", Stage: 3, Batch: 1, Try: 2, Phase: Outbound}
	want := `"format=2 epoch=42 run=run-1 region=us-west-2 action=- phase=outbound stage=3 batch=1 try=2"`
	if got := fence.String(); got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestEveryFenceComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Fence{
			Epoch: rapid.Int64Range(1, MaxEpoch-1).Draw(t, "epoch"),
			// Whatever CheckRunName lets through.
			Run:    rapid.StringMatching(`[!#-\[\]-~]{1,80}|[!#-\[\]-~äöüßéŁ停電障害𠀀😀]{1,80}`).Draw(t, "run"),
			Region: rapid.SampledFrom([]Region{"us-east-1", "us-gov-west-1", "ap-southeast-7"}).Draw(t, "region"),
			Phase:  rapid.SampledFrom([]Phase{Outbound, Return, Rollback, ReturnRollback}).Draw(t, "phase"),
			Stage:  rapid.IntRange(0, 2000).Draw(t, "stage"),
			Batch:  rapid.IntRange(0, 2000).Draw(t, "batch"),
			Try:    rapid.IntRange(1, 2000).Draw(t, "try"),
			Action: rapid.SampledFrom([]Action{"", Switchover, Failover}).Draw(t, "action"),
		}
		if err := CheckRunName(want.Run); err != nil {
			t.Fatal(err)
		}
		value := want.String()
		got, err := ParseFence(value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("fence (-want +got):\n%s", diff)
		}
		if len(value) > MaxFence {
			t.Fatalf("%d characters: %s", len(value), value)
		}
		for part := range strings.SplitSeq(strings.Trim(value, `"`), `" "`) {
			if len(part) > maxText || strings.ContainsFunc(part, func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Fatalf("%s; expected up to %d characters of printable ASCII", part, maxText)
			}
		}
		old, err := ParseFence(want.OldString())
		want.Action, want.Try = "", 0 // which format 1 does not have
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, old); diff != "" {
			t.Fatalf("fence of format 1 (-want +got):\n%s", diff)
		}
	})
}

func TestFenceThatNoRunWroteIsRefused(t *testing.T) {
	for _, value := range []string{
		"", `""`, `"v=spf1 -all"`,
		`epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1`,
		`"epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1`,
		`"epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1" "more"`,
		`"format=2 epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1" more`,
		`"format=2 epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1\"`,
		`"format=2 epoch=1 run=K\366ln region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1 more"`,
		`"epoch=+1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=01 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=1_0 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=1  run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=1 run= region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=x run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=9223372036854775807 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=9007199254740992 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=-1 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"epoch=99999999999999999999 run=a region=b action=- phase=outbound stage=0 batch=0 try=1"`,
		`"run=a region=b epoch=1 phase=outbound stage=0 batch=0 try=1"`,
	} {
		if got, err := ParseFence(value); err == nil {
			t.Errorf("%s was read as %+v", value, got)
		}
	}
}

func TestFenceStandsUnderTheZoneForEachPlan(t *testing.T) {
	for _, c := range []struct{ plan, zone, want string }{
		{"drover", "example.com", "_drover-drover.example.com"},
		{"payments", "example.com.", "_drover-payments.example.com"},
	} {
		got := FenceName(c.plan, c.zone)
		if got != c.want || !IsFenceName(got) {
			t.Errorf("%s of %s: got %s, a fence's name: %v; want %s", c.zone, c.plan, got, IsFenceName(got), c.want)
		}
	}
	for _, name := range []string{"www.example.com", "drover-a.example.com", "_droverx.example.com", "x._drover-a.example.com"} {
		if IsFenceName(name) {
			t.Errorf("%s counts as a fence's name", name)
		}
	}
}

func TestARunNameThatNoFenceCanHoldIsRefused(t *testing.T) {
	for _, name := range []string{"", "a b", "a\u00a0b", `a"b`, `a\b`, "a\tb", "a\x7f", "a\u0085b", "a\xff", strings.Repeat("a", 81)} {
		if CheckRunName(name) == nil {
			t.Errorf("%q passed", name)
		}
	}
}

func TestAFenceWithANameInAnyScript(t *testing.T) {
	fence := Fence{Epoch: 42, Run: "Ausfall-Köln", Region: "eu-west-1", Phase: Outbound, Try: 1, Action: Failover}
	const want = `"format=2 epoch=42 run=Ausfall-K\303\266ln region=eu-west-1 action=failover phase=outbound stage=0 batch=0 try=1"`
	if got := fence.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// Other forms of the same text.
	for _, value := range []string{want, strings.Replace(want, "Ausfall", `\101usfall`, 1), strings.Replace(want, " run", `" " run`, 1), strings.Replace(want, `\303\266`, "ö", 1)} {
		if got, err := ParseFence(value); err != nil || got != fence {
			t.Errorf("%s: got %+v, %v; want %+v", value, got, err, fence)
		}
	}
	fence.Run = strings.Repeat("障", 80)
	if n := strings.Count(fence.String(), `" "`); n == 0 {
		t.Errorf("%s; want it in strings of up to 255 characters", fence)
	}
}
