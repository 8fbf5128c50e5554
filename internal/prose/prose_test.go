package prose

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTextsAreWrittenAlike(t *testing.T) {
	type region string
	for got, want := range map[string]string{
		Count(0, "record"): "0 records", Count(1, "record"): "1 record", Count(12, "record"): "12 records",
		Count(2, "batch"): "2 batches", Count(3, "query"): "3 queries", Count(2, "box"): "2 boxes",
		More(3):                                   "and 3 more",
		Some([]string{"a", "b"}, 2, ", "):         "a, b",
		Some([]string{"a", "b"}, 1, ", "):         "a and 1 more",
		Some([]string{"a", "b"}, 1, " | "):        "a | and 1 more",
		Or(nil):                                   "",
		Or([]string{"a"}):                         "a",
		Or([]string{"a", "b", "c"}):               "a, b or c",
		Weights(map[region]int{}):                 "",
		Weights(map[region]int{"b": 0, "a": 100}): "a 100, b 0",
		Cut("short", 5):                           "short",
		Cut("shorter", 6):                         "sh …",
		Cut("éééé", 7):                            "é …",
	} {
		if got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

func TestACutTextFitsAndIsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := rapid.String().Draw(t, "text"), rapid.IntRange(4, 40).Draw(t, "limit")
		got := Cut(text, limit)
		if len(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("got %q, %d bytes; want at most %d of UTF-8", got, len(got), limit)
		}
	})
}
