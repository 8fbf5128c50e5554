package drill

import "testing"

func TestPlurals(t *testing.T) {
	for want, got := range map[string]string{
		"1 batch": plural(1, "batch"), "2 batches": plural(2, "batch"), "0 records": plural(0, "record"),
		"3 queries": plural(3, "query"), "2 boxes": plural(2, "box"),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
