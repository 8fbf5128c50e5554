package fakeaws

import (
	"testing"
	"time"
)

// TestAPartitionKeyServesThreeThousandReadUnitsASecond: pages of 1 MB, one after the other, take 55 ms each. As eventually
// consistent reads they take 128 units each, as consistent ones 256.
func TestAPartitionKeyServesThreeThousandReadUnitsASecond(t *testing.T) {
	for _, consistent := range []bool{false, true} {
		w := New("111122223333", time.Unix(0, 0), "us-east-1")
		if err := w.AddTable("registry", "us-east-1"); err != nil {
			t.Fatal(err)
		}
		table := w.dynamodb.tables["registry"]
		r := &replicaOf{table, table.replicas["us-east-1"], "us-east-1"}
		p := &itemParams{}
		p.ConsistentRead = consistent
		throttled := 0
		for range 60 {
			if w.dynamodb.admitRead(r, p, "applications", maxPageBytes) != nil {
				throttled++
			}
		}
		if throttled > 0 != consistent {
			t.Errorf("60 pages, consistent %v: %d throttled; want only consistent ones", consistent, throttled)
		}
	}
}
