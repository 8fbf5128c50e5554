package failover

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// old is what release 0.1.0 has written.
const old = `{"verdict":"looked","run":{"leg":"retreat","legs":[{"leg":"out","lagMillis":9007199254740993},{"leg":"back"}],
	"legStartedAt":"2026-01-31T12:00:00Z","leftovers":[{"wave":1}]},"told":true,"input":{"leg":"out","leg":"told"}}`

func TestWhatRelease010HasWrittenIsRead(t *testing.T) {
	var got struct {
		Verdict  Verdict         `json:"verdict"`
		Run      Run             `json:"run"`
		Notified bool            `json:"notified"`
		Input    json.RawMessage `json:"input"`
	}
	if err := Decode([]byte(old), &got); err != nil {
		t.Fatal(err)
	}
	if got.Verdict != Checked || !got.Notified || string(got.Input) != `{"leg":"out","leg":"told"}` {
		t.Errorf("got %+v; want the verdict %s, notified, and the input as it was given", got, Checked)
	}
	want := Run{
		Phase: ReturnRollback, PhaseStartedAt: noon, Unrecorded: []Unrecorded{{Wave: 1}},
		Phases: []PhaseRecord{{Phase: Outbound, PhaseEnd: PhaseEnd{LagMillis: 9007199254740993}}, {Phase: Return}},
	}
	if diff := cmp.Diff(want, got.Run); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
}

// TestEachNameOfRelease010IsReadAlone: a text may have one of them and no other.
func TestEachNameOfRelease010IsReadAlone(t *testing.T) {
	for text, want := range map[string]string{
		`{"verdict":"looked"}`: `{"verdict":"checked"}`, `{"phase":"out"}`: `{"phase":"outbound"}`, `{"phase":"back"}`: `{"phase":"return"}`,
		`{"phase":"retreat"}`: `{"phase":"return-rollback"}`, `{"leg":"rollback"}`: `{"phase":"rollback"}`, `{"legs":[]}`: `{"phases":[]}`,
		`{"legStartedAt":1}`: `{"phaseStartedAt":1}`, `{"leftovers":[]}`: `{"unrecorded":[]}`, `{"told":true}`: `{"notified":true}`,
		`{"name":"out","verdict":"back"}`: `{"name":"out","verdict":"back"}`,
	} {
		if got := string(fromFormat1([]byte(text))); got != want {
			t.Errorf("%s: got %s; want %s", text, got, want)
		}
	}
}

// TestWhatRelease010ReadsHasItsNames: in format 1 everything has the names of release 0.1.0, in format 2 those of this one.
func TestWhatRelease010ReadsHasItsNames(t *testing.T) {
	now := fromFormat1([]byte(old))
	if got := Encoded(now, Format); string(got) != string(now) {
		t.Errorf("format %d: got %s; want it as it was", Format, got)
	}
	for _, format := range []int{0, OldestFormat} {
		var want bytes.Buffer
		if err := json.Compact(&want, []byte(old)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(Encoded(now, format))); diff != "" {
			t.Errorf("format %d (-want +got):\n%s", format, diff)
		}
	}
}

func TestWhatIsNoJSONStaysAsItIs(t *testing.T) {
	for _, text := range []string{"", "leg", `{"leg": `, `"leg"`, "null", "7"} {
		if got := string(fromFormat1([]byte(text))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// BenchmarkDecode reads an item as a large wave has thousands of, beside what encoding/json takes for it.
func BenchmarkDecode(b *testing.B) {
	text := []byte(`{"name":"app-00001","wave":1,"records":[{"name":"app-00001.example.com","type":"A","zone":"Z1","zoneName":"example.com","ttl":60,"endpoints":{"us-east-1":{"value":"192.0.2.10"},"us-west-2":{"value":"198.51.100.10"}}}],"health":[{"namespace":"App","metric":"Served","statistic":"Average","periodSeconds":60,"atLeast":99}]}`)
	for name, decode := range map[string]func([]byte, any) error{"ours": Decode, "baseline": json.Unmarshal} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var app Application
				if err := decode(text, &app); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
