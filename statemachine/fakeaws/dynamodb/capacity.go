package dynamodb

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// What one partition key serves each second, from "Best practices for designing and using partition keys effectively" in
// the DynamoDB Developer Guide.
const (
	writeUnits = 1000
	readUnits  = 3000
)

// How the requests of one instant arrive (DDB-7): writes are made 16 at a time and take 5 ms each; a read takes 5 ms and
// 50 ms for each MB.
const (
	requestTime    = 5 * time.Millisecond
	writesAtOnce   = 16
	readTimePerMiB = 50 * time.Millisecond
)

// capacity is the remaining throughput of one partition key of a replica.
type capacity struct{ reads, writes *kernel.Bucket }

// arrivals is a clock for requests. The kernel's clock stands still while a function makes thousands of them.
type arrivals struct{ now time.Time }

// next returns when a request arrives that takes this long. The next request waits for it.
func (a *arrivals) next(now time.Time, takes time.Duration) time.Time {
	if now.After(a.now) {
		a.now = now
	}
	at := a.now
	a.now = at.Add(takes)
	return at
}

func (r *replica) capacityOf(pk string) *capacity {
	if r.capacity[pk] == nil {
		r.capacity[pk] = &capacity{
			reads: kernel.NewBucket(readUnits, readUnits), writes: kernel.NewBucket(writeUnits, writeUnits),
		}
	}
	return r.capacity[pk]
}

// admitWrite takes the write units of an item of this size, one for each KB. A write whose condition fails needs them
// too.
func (d *Service) admitWrite(r *replicaOf, pk string, size int) error {
	at := d.arrivals.next(d.k.Now(), requestTime/writesAtOnce)
	need := unitsOf(size, 1<<10)
	if !r.replica.capacityOf(pk).writes.Take(need, at) {
		return throughputExceeded("Write", pk, writeUnits)
	}
	r.consumed += units(need)
	return nil
}

// admitRead takes the read units of an item of this size: one for each 4 KB, or half of that for an eventually
// consistent read.
func (d *Service) admitRead(r *replicaOf, p *itemParams, pk string, size int) error {
	at := d.arrivals.next(d.k.Now(), requestTime+time.Duration(size)*readTimePerMiB>>20)
	need := unitsOf(size, 4<<10)
	takes := units(need)
	if !p.ConsistentRead {
		need, takes = (need+1)/2, takes/2
	}
	if !r.replica.capacityOf(pk).reads.Take(need, at) {
		return throughputExceeded("Read", pk, readUnits)
	}
	r.consumed += takes
	return nil
}

// units are capacity units, as an answer reports them.
type units float64

// in adds the units of a request to its answer, if the request asks for them.
func (u units) in(body []byte, table, asked string) []byte {
	if asked != "TOTAL" && asked != "INDEXES" {
		return body
	}
	type capacity struct{ CapacityUnits units }
	consumed := struct {
		TableName     string
		CapacityUnits units
		Table         *capacity `json:",omitempty"`
	}{TableName: table, CapacityUnits: u}
	if asked == "INDEXES" {
		consumed.Table = &capacity{u}
	}
	text, _ := json.Marshal(consumed) // a string and numbers always marshal
	if len(body) > 2 {
		body = append(body[:len(body)-1], ',')
	} else {
		body = []byte{'{'}
	}
	return append(append(append(body, `"ConsumedCapacity":`...), text...), '}')
}

func unitsOf(size, each int) int { return max(1, (size+each-1)/each) }

func throughputExceeded(kind, pk string, limit int) error {
	return &wire.Error{Code: "ThrottlingException", Status: http.StatusBadRequest, Message: fmt.Sprintf(
		"Throughput exceeds the maximum of a partition key, which is %d units a second (Table%sKeyRangeThroughputExceeded: %s)", limit, kind, pk)}
}
