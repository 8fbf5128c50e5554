package entry

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The line is read by CloudWatch, so every letter of it counts.
func TestMetricsAreOneLineInTheEmbeddedFormat(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 3, 14, 3, 0, 0, 5e6, time.UTC)
	err := MetricLog{Out: &out}.Write(at, "shop", "run-1", Metric{Name: "Ready", Unit: "None", Value: 1}, Metric{Name: "Blockers", Unit: "Count"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Blockers":0,"Plan":"shop","Ready":1,"_aws":{"Timestamp":1773457200005,"CloudWatchMetrics":[{"Namespace":"Drover",` +
		`"Dimensions":[["Plan"]],"Metrics":[{"Name":"Ready","Unit":"None"},{"Name":"Blockers","Unit":"Count"}]}]},"run":"run-1"}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

func TestMetricsThatCannotBeWrittenAreAnError(t *testing.T) {
	if err := (MetricLog{Out: closed{}}).Write(time.Now(), "shop", "run-1"); err == nil {
		t.Error("no error")
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }
