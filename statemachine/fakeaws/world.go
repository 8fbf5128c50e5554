package fakeaws

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// World is everything that exists in the embedded AWS: one struct, one mutex, one clock. A failover crosses services
// (promoting a cluster ends its lag metric, shifting weights moves traffic), so their state is not kept apart.
//
// All methods may be called from several goroutines. Functions and fields that are not exported are to be used with mu
// held, unless their comment says otherwise.
type World struct {
	// Account is the id of the one AWS account.
	Account string
	// Observe, when set, is called with every entry of the journal as it is written, with mu held.
	Observe func(Entry)
	// Watcher, when set, is told of executions as they happen, with mu held.
	Watcher Watcher

	// partition is that of the Regions.
	partition failover.Partition

	mu  sync.Mutex
	now time.Time
	ids int
	// edits counts the changes of record sets and items.
	edits   int
	queue   eventQueue
	outbox  []func()
	pace    *pace // while the World is served, else nil
	regions map[string]*region
	journal []Entry
	calls   []Call
	faults  []*Fault
	// logLines are those that functions and APIs have written.
	logLines []LogLine
	// cuts are the pairs of Regions that cannot see each other, and since when; calling is the Region of the function
	// that is running.
	cuts    map[[2]string]time.Time
	calling string

	// functions are found by ARN, and their versions by the ARN with the number; published says which there are.
	functions    map[string]*Function
	concurrent   map[string]*concurrency // by Region
	published    map[string]*versions
	invokeFaults []*InvokeFault

	services map[string]service
	iam      *iam
	route53  *route53
	rds      *rds
	dynamodb *dynamodb
	metrics  *metrics
	sns      *sns
	s3       *s3
	traffic  *traffic

	sqs    *sqs
	events *events
	apis   *apis

	stepfunctions *stepfunctions
}

// region is what the World knows of one AWS Region.
type region struct {
	name string
	dark bool
}

// New returns an empty World with the given Regions, all well, whose clock stands at start.
func New(account string, start time.Time, regions ...string) *World {
	w := &World{Account: account, partition: partitionOf(regions), now: start, regions: map[string]*region{}, functions: map[string]*Function{}, concurrent: map[string]*concurrency{}, published: map[string]*versions{}, cuts: map[[2]string]time.Time{}}
	for _, name := range regions {
		w.regions[name] = &region{name: name}
	}
	w.iam = newIAM(w)
	w.route53 = newRoute53(w)
	w.rds = newRDS(w)
	w.dynamodb = newDynamoDB(w)
	w.metrics = newMetrics(w)
	w.sns = newSNS(w)
	w.s3 = newS3(w)
	w.traffic = newTraffic(w)
	w.sqs = newSQS(w)
	w.events = newEvents(w)
	w.apis = newAPIs(w)
	w.stepfunctions = newStepFunctions(w)
	// The keys are the names of the services in a signature's credential scope.
	w.services = map[string]service{
		"route53":    w.route53,
		"rds":        w.rds,
		"dynamodb":   w.dynamodb,
		"monitoring": w.metrics,
		"sns":        w.sns,
		"s3":         w.s3,
		"states":     w.stepfunctions,
		"lambda":     &lambda{w},
		"events":     w.events,
		"sqs":        w.sqs,
		"sts":        &sts{w},
		apiService:   w.apis,
	}
	return w
}

// Regions returns the names of the Regions in alphabetical order.
func (w *World) Regions() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.regionNames()
}

func (w *World) regionNames() []string {
	var names []string
	for name := range w.regions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// SetDark makes a Region go dark, or come back. A dark Region answers no request, sends and receives no replication,
// runs no function and serves no user. What it holds is kept and is there again when it comes back.
func (w *World) SetDark(name string, dark bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, ok := w.regions[name]
	if !ok {
		return fmt.Errorf("no Region %q in this World; there are %v", name, w.regionNames())
	}
	if r.dark == dark {
		return nil
	}
	r.dark = dark
	if dark {
		w.record("region", name, "goes dark")
	} else {
		w.record("region", name, "is back")
	}
	w.rds.regionChanged(name, dark)
	w.dynamodb.regionChanged(name, dark)
	w.stepfunctions.regionChanged(name, dark)
	return nil
}

// dark says whether a Region is dark. A name that is not a Region, such as a global service's, is never dark.
func (w *World) dark(name string) bool {
	r, ok := w.regions[name]
	return ok && r.dark
}

// Revision counts the changes of all record sets and all items of tables: while it stays, so do they.
func (w *World) Revision() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.edits
}

// nextID returns a number that the World has not given out before; every id in the World is made of one.
func (w *World) nextID() int {
	w.ids++
	return w.ids
}

// Entry is one thing that happened in the World, in words that a person reads in a transcript.
type Entry struct {
	At time.Time
	// Kind is the service or part of the World: region, route53, rds, dynamodb, sns, traffic, …
	Kind string
	// Object is what it happened to.
	Object string
	// Text says what happened, without the object.
	Text string
}

func (w *World) record(kind, object, format string, args ...any) {
	e := Entry{At: w.now, Kind: kind, Object: object, Text: fmt.Sprintf(format, args...)}
	w.journal = append(w.journal, e)
	if w.Observe != nil {
		w.Observe(e)
	}
}

// Journal returns everything that happened so far, in order.
func (w *World) Journal() []Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.journal)
}

// Calls returns every request that was made so far, in the order of arrival.
func (w *World) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}
