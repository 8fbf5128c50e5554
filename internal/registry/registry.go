// Package registry keeps what Drover must remember: the applications, the lock, the runs, the approvals that they wait
// for, and what drills have achieved. It is one DynamoDB global table with a replica in each Region of the plan; every
// function reads and writes the replica of its own Region, so a run needs nothing from the Region that it leaves.
//
// The table has the keys pk and sk, and these kinds of items:
//
//	pk             sk                        holds
//	applications   <wave>#                   nothing: the wave is large, and spread over applications#1 to #7 too
//	applications   <wave>#<name>             config (JSON) and what runs change: active, weights, epoch, stage, changed
//	lock           lock                      owner, run, epoch, expires, holder, renewed, takenFrom, taken, lastOwner, barred
//	runs           <startedAt>#<run id>      record (JSON)
//	approvals      <run id>#<Region>         token, region, gate, execution, phase, stage, digest, configuration, asked, until, "notified" under its old name, over
//	starters       <run id>#<Region>#<input> by: the signer of the request to the API, which alone writes it
//	drills         <startedAt>#<run id>      record (JSON)
//	versions       <Region>                  version, since: the release that the Region runs; switches (JSON): those of its plan
//	switches       <switch>                  evacuated, epoch, run, at: which Region users leave by health check
//	switchchecks   <switch>#<Region>         check: the health check on the record sets of that Region; replaced: the one before it
//
// Every item has itemFormat, the format in which it was written ([failover.Format]); one of release 0.1.0 has none.
//
// A wave is a Query by the beginning of the sort key, and all applications in the order of wave and name are one Query;
// of a wave of more than 500 applications it is one for each of eight partition keys. Nothing is ever scanned. There are no transactions, because tables with multi-Region strong consistency have none:
// each write is one item with a condition of its own, and every condition is such that writing again changes nothing.
//
// The package is linked into every Lambda, so it imports nothing beyond the DynamoDB client that they need anyway. The
// YAML form of applications is read by the package applicationsfile below it, which no Lambda imports.
package registry

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
)

// Client is the part of the DynamoDB client that a [Store] uses.
type Client interface {
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

var _ Client = (*dynamodb.Client)(nil)

// Store is the registry as seen from one Region. It holds no state and may be used from several goroutines.
type Store struct {
	// Client speaks to the replica of this Region.
	Client Client
	// Table is the table's name.
	Table string
	// Plan has the Regions, and what else the rules for applications depend on.
	Plan failover.Plan
}

// In is the registry of a plan in the Region of the client.
func In(client Client, table string, plan failover.Plan) *Store {
	return &Store{Client: client, Table: table, Plan: plan}
}

// What callers branch on. [LockedError] names the holder of the lock.
var (
	// ErrRunOver means that the run has already released its lock: a late repetition must not lock again.
	ErrRunOver = errors.New("the run is over")
	// ErrOvertaken means that a newer run has written the application or taken the lock, or that this one is over.
	ErrOvertaken = errors.New("a newer run has written it")
	// ErrNotRegistered means that the application is not in the registry, or no longer in that wave.
	ErrNotRegistered = errors.New("not registered")
	// ErrNotAsked means that the run has never waited for an approval.
	ErrNotAsked = errors.New("no approval was asked for")
)

// LockedError says that another run holds the lock.
type LockedError struct {
	// Owner is the execution's ARN, Run its id.
	Owner, Run string
	// Until is when the lock expires if that run never releases it.
	Until time.Time
}

// Error names the run and when its lease ends.
func (e *LockedError) Error() string {
	return "run " + e.Run + " holds the lock until " + formatTime(e.Until) + " unless renewed (" + e.Owner + ")"
}
