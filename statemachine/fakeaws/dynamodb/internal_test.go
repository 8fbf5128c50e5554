package dynamodb

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// TestAPartitionKeyServesThreeThousandReadUnitsASecond: pages of 1 MB, one after the other, take 55 ms each. As eventually
// consistent reads they take 128 units each, as consistent ones 256.
func TestAPartitionKeyServesThreeThousandReadUnitsASecond(t *testing.T) {
	for _, consistent := range []bool{false, true} {
		d := New(kernel.New("111122223333", time.Unix(0, 0), "us-east-1"), nil)
		if err := d.Control().AddTable("registry", "us-east-1"); err != nil {
			t.Fatal(err)
		}
		table := d.tables["registry"]
		r := &replicaOf{table: table, replica: table.replicas["us-east-1"], region: "us-east-1"}
		p := &itemParams{}
		p.ConsistentRead = consistent
		throttled := 0
		for range 60 {
			if d.admitRead(r, p, "applications", maxPageBytes) != nil {
				throttled++
			}
		}
		if throttled > 0 != consistent {
			t.Errorf("60 pages, consistent %v: %d throttled; want only consistent ones", consistent, throttled)
		}
	}
}
