package kernel

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Kernel is the state that all services share. Its methods require the mutex, unless their comment says otherwise.
type Kernel struct {
	// Account is the id of the AWS account, Partition the partition of its Regions. Neither changes.
	Account   string
	Partition failover.Partition
	// Observe, when set, is called with every entry of the journal as it is written, with the mutex held.
	Observe func(Entry)

	mu  sync.Mutex
	now time.Time
	ids int
	// edits counts the changes of record sets and items.
	edits  int
	queue  eventQueue
	outbox []func()
	pace   *pace // set while the clock follows a real one

	regions map[string]*region
	// names are those of the regions, in alphabetical order.
	names []string
	// links are the pairs of disconnected Regions, and since when.
	links map[[2]string]time.Time
	// calling is the Region of the function that runs now; empty when none does.
	calling string
	// crashAt is how many requests there will have been when that function crashes; 0 when it does not.
	crashAt  int
	onRegion []func(region string, dark bool)
	onLink   []func(a, b string, cut bool)

	journal []Entry
	calls   []Call
	faults  []*Fault
}

// New returns a kernel with the given Regions, all of them healthy, whose clock shows start.
func New(account string, start time.Time, regions ...string) *Kernel {
	k := &Kernel{
		Account: account, Partition: partitionOf(regions), now: start, regions: map[string]*region{}, links: map[[2]string]time.Time{},
	}
	for _, name := range regions {
		k.regions[name] = &region{name: name}
	}
	k.names = slices.Sorted(maps.Keys(k.regions))
	return k
}

// Lock takes the one mutex, Unlock releases it.
func (k *Kernel) Lock() { k.mu.Lock() }

// Unlock releases the mutex.
func (k *Kernel) Unlock() { k.mu.Unlock() }

// NextID returns a number that has not been used before. Every id in the simulator contains one.
func (k *Kernel) NextID() int {
	k.ids++
	return k.ids
}

// NewRequestID returns the id of the next request, message or delivery.
func (k *Kernel) NewRequestID() string { return wire.RequestID(k.NextID()) }

// Edited counts one change of a record set or an item; see [Control.Revision].
func (k *Kernel) Edited() { k.edits++ }
