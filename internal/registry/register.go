package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
)

// Registration says what registering has changed: names of applications, in the order in which they were given.
type Registration struct {
	// Added were not there before, Changed have another configuration, Moved another wave, Unchanged neither.
	Added, Changed, Moved, Unchanged []string
	// Taken are those of the Changed, Moved and Unchanged whose weights and active Region were taken over.
	Taken []string
}

// Register is [Store.RegisterRead] for applications of which nothing was read from Route 53.
func (s *Store) Register(ctx context.Context, plan failover.Plan, apps []failover.Application, now time.Time) (Registration, error) {
	return s.RegisterRead(ctx, plan, apps, nil, now)
}

// RegisterRead puts applications into the registry. read has the weights and active Regions that were read from Route 53, by the
// names of applications: these are written, unless a run has written the item since. Any other application is only
// configuration: if it is new, it starts with all of its traffic in the plan's primary, and if it is there, it keeps what runs
// have made of it. Applications that are not named stay as they are. Registering again changes nothing; after an error it goes on
// where it stopped.
//
// It changes nothing, and returns what is wrong, when one of them has a record of an application that is registered and
// stays as it is, or a global cluster of one in another wave: a run would move it twice, once against the other's will.
//
// It returns a [LockedError] while a run holds the lock, because a run reads its waves more than once and must find the
// same applications each time. It takes no lock of its own, so that a failover never waits for a registration: a run
// that starts meanwhile finds some applications as they were and some as they will be, each of them whole.
func (s *Store) RegisterRead(ctx context.Context, plan failover.Plan, apps []failover.Application, read map[string]failover.Place, now time.Time) (Registration, error) {
	var done Registration
	lock, err := s.Lock(ctx)
	if err != nil {
		return done, err
	}
	if lock.Held(now) {
		return done, fmt.Errorf("register: %w", &LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires})
	}
	registered, err := s.Applications(ctx)
	if err != nil {
		return done, err
	}
	registered = lock.Believed(registered)
	if err := conflicts(registered, apps); err != nil {
		return done, fmt.Errorf("register: %w", err)
	}
	if err := s.readable(ctx, plan, lock, registered, apps, now); err != nil {
		return done, fmt.Errorf("register: %w", err)
	}
	large := map[int]bool{}
	may, err := s.maySpread(ctx, plan, lock, registered, now)
	if err == nil && may {
		large, err = s.spread(ctx, registered, apps)
	}
	if err != nil {
		return done, fmt.Errorf("register: %w", err)
	}
	there := map[string][]failover.Application{}
	for _, app := range registered {
		there[app.Name] = append(there[app.Name], app)
	}
	for _, app := range apps {
		app.Live, app.Shard = firstLive(plan, now), 0
		if large[app.Wave] {
			app.Shard = shardOf(app.Name)
		}
		list, err := s.register(ctx, &done, app, there[app.Name], read[app.Name])
		if err != nil {
			return done, failover.Doing("register", "application "+app.Name, err)
		}
		*list = append(*list, app.Name)
	}
	return done, nil
}

// conflicts are those of the applications with what is registered and not named with them. What is wrong among
// themselves, their file says.
func conflicts(registered, apps []failover.Application) error {
	named := map[string]bool{}
	for _, app := range apps {
		named[app.Name] = true
	}
	all := slices.DeleteFunc(slices.Clone(registered), func(app failover.Application) bool { return named[app.Name] })
	var problems []error
	for _, c := range failover.Conflicts(append(all, apps...)) {
		if named[c.First.Name] != named[c.Second.Name] {
			problems = append(problems, errors.New(c.String()))
		}
	}
	return errors.Join(problems...)
}

// register puts one application where old items of its name were found, and returns the list that it belongs in. read is where
// Route 53 has it, if that was read.
func (s *Store) register(ctx context.Context, done *Registration, app failover.Application, old []failover.Application, read failover.Place) (*[]string, error) {
	if read.Active != "" {
		app.Live.Active, app.Live.Weights = read.Active, read.Weights
	}
	switch {
	case len(old) == 0:
		return &done.Added, s.put(ctx, app, failover.Live{})
	case slices.ContainsFunc(old, func(o failover.Application) bool { return o.Broken != "" }):
		return &done.Changed, s.replace(ctx, app, old)
	case len(old) > 1 || old[0].Wave != app.Wave:
		taken, err := s.move(ctx, app, old, read)
		done.take(app, taken)
		return &done.Moved, err
	}
	app.Shard = old[0].Shard
	list := &done.Changed
	same, err := sameConfig(app, old[0])
	if same {
		list = &done.Unchanged
	}
	switch differs := read.Active != "" && !samePlace(old[0].Live, read); {
	case err != nil:
		return list, err
	case differs:
		done.take(app, true)
		return list, s.putPlace(ctx, app, old[0].Live)
	case same:
		return list, nil
	}
	return list, s.putConfig(ctx, app)
}

func (r *Registration) take(app failover.Application, taken bool) {
	if taken {
		r.Taken = append(r.Taken, app.Name)
	}
}

func samePlace(live failover.Live, p failover.Place) bool {
	return live.Active == p.Active && maps.Equal(live.Weights, p.Weights)
}

// move gives an application another wave, which is another key: it is first written there and then removed where it was.
// A registration that stops in between leaves it in both waves, and the next one finds two old items; the one that a run
// wrote last counts. What was read from Route 53, if it was, takes the place of what is registered.
func (s *Store) move(ctx context.Context, app failover.Application, old []failover.Application, read failover.Place) (taken bool, err error) {
	var replaced failover.Live
	app.Live = old[0].Live
	for _, o := range old {
		if o.Wave == app.Wave {
			replaced, app.Shard = o.Live, o.Shard
		}
		if newer(o.Live, app.Live) {
			app.Live = o.Live
		}
	}
	if taken = read.Active != "" && !samePlace(app.Live, read); taken {
		app.Live.Active, app.Live.Weights = read.Active, read.Weights
	}
	if err := s.put(ctx, app, replaced); err != nil {
		return taken, err
	}
	for _, o := range old {
		if o.Wave == app.Wave {
			continue
		}
		if err := s.remove(ctx, o); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// replace puts an application in the place of items that break the rules, whatever else they say: what they said of where
// it is, is not believed either, and the next check says if that was elsewhere.
func (s *Store) replace(ctx context.Context, app failover.Application, old []failover.Application) error {
	for _, o := range old {
		if o.Wave == app.Wave {
			app.Shard = o.Shard
		}
		if o.Broken == "" {
			app.Live = o.Live
		}
	}
	it, err := encodeApplication(app)
	if err != nil {
		return err
	}
	if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: it}); err != nil {
		return err
	}
	for _, o := range old {
		if o.Wave == app.Wave {
			continue
		}
		if err := s.removeBroken(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// removeBroken removes an item that breaks the rules, whatever it says of runs.
func (s *Store) removeBroken(ctx context.Context, app failover.Application) error {
	_, err := s.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.Table, Key: applicationKey(app)})
	return err
}

// unwritten is the condition under which registering may write: no run has written the item since it was read.
const unwritten = "attribute_not_exists(pk) OR (epoch = :epoch AND stage = :stage)"

func unwrittenValues(since failover.Live) item {
	return item{":epoch": number(since.Epoch), ":stage": number(int64(since.Stage))}
}

// errMoved means that a run has written an application while it was being registered.
var errMoved = errors.New("a run has moved it meanwhile; wait for the run to end and register again")

// putConfig writes the configuration and nothing else, so that it cannot undo what a run does at the same time.
func (s *Store) putConfig(ctx context.Context, app failover.Application) error {
	config, err := encodeConfig(app)
	if err != nil {
		return err
	}
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       applicationKey(app),
		UpdateExpression:          aws.String("SET config = :config"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: item{":config": text(config)},
	})
	return err
}

// ErrReconfigured means that the configuration of an application is not the one that was read.
var ErrReconfigured = errors.New("its configuration is not what was read: it was registered meanwhile, or by release 0.1.0; register it again")

// Reconfigure replaces the configuration of an application by another one, if it is still the one that was read. It changes
// nothing that runs write. Replacing it by the same again changes nothing; after a registration in between it returns
// [ErrReconfigured].
func (s *Store) Reconfigure(ctx context.Context, before, after failover.Application) error {
	was, err := encodeConfig(before)
	if err != nil {
		return err
	}
	config, err := encodeConfig(after)
	if err != nil {
		return err
	}
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       applicationKey(before),
		UpdateExpression:          aws.String("SET config = :config"),
		ConditionExpression:       aws.String("config = :was OR config = :config"),
		ExpressionAttributeValues: item{":config": text(config), ":was": text(was)},
	})
	if _, refused := refusedBy(err); refused {
		err = ErrReconfigured
	}
	return failover.Doing("write", "application "+before.Name, err)
}

// put writes the whole item, over one that has not been written since it was read.
func (s *Store) put(ctx context.Context, app failover.Application, since failover.Live) error {
	it, err := encodeApplication(app)
	if err != nil {
		return err
	}
	_, err = s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 &s.Table,
		Item:                      it,
		ConditionExpression:       aws.String(unwritten),
		ExpressionAttributeValues: unwrittenValues(since),
	})
	if _, refused := refusedBy(err); refused {
		return errMoved
	}
	return err
}

func (s *Store) remove(ctx context.Context, app failover.Application) error {
	_, err := s.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &s.Table,
		Key:                       applicationKey(app),
		ConditionExpression:       aws.String(unwritten),
		ExpressionAttributeValues: unwrittenValues(app.Live),
	})
	if _, refused := refusedBy(err); refused {
		return errMoved
	}
	return err
}

// firstLive is what an application starts with: all of its traffic in the primary, and an epoch older than any run's.
func firstLive(plan failover.Plan, now time.Time) failover.Live {
	return failover.Live{
		Active:  plan.Primary,
		Weights: map[failover.Region]int{plan.Primary: 100, plan.Standby: 0},
		Changed: now,
	}
}

func newer(a, b failover.Live) bool {
	return a.Epoch > b.Epoch || (a.Epoch == b.Epoch && a.Stage > b.Stage)
}

func sameConfig(a, b failover.Application) (bool, error) {
	x, err := encodeConfig(a)
	if err != nil {
		return false, err
	}
	y, err := encodeConfig(b)
	return x == y, err
}
