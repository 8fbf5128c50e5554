package dynamodb

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of the DynamoDB Developer Guide ("Service, account, and table quotas").
const (
	maxItemBytes = 400 << 10
	maxPageBytes = 1 << 20
)

// replicaOf is one replica, its table and its Region.
type replicaOf struct {
	table   *table
	replica *replica
	region  string
}

func invalidItem(format string, args ...any) error {
	return &expression.Error{Text: fmt.Sprintf(format, args...)}
}

// wireError is err on the wire: an invalid expression is a ValidationException.
func wireError(err error) *wire.Error {
	var apiErr *wire.Error
	if errors.As(err, &apiErr) {
		return apiErr
	}
	return wire.BadRequest("ValidationException", "%v", err)
}

// keyOf reads a Key parameter, which must be the whole key and have no other attribute.
func keyOf(wire map[string]map[string]any) (primaryKey, error) {
	it, err := expression.DecodeItem(wire)
	if err != nil {
		return primaryKey{}, invalidItem("One or more parameter values were invalid: %v", err)
	}
	key, ok := keyIn(it)
	if !ok || len(it) != 2 {
		return primaryKey{}, invalidItem("The provided key element does not match the schema")
	}
	return key, nil
}

// keyIn reads the key of an item.
func keyIn(it expression.Item) (primaryKey, bool) {
	pk, okP := it["pk"].(string)
	sk, okS := it["sk"].(string)
	return primaryKey{pk, sk}, okP && okS && pk != "" && sk != ""
}

func (k primaryKey) item() expression.Item { return expression.Item{"pk": k.pk, "sk": k.sk} }

func (d *Service) getItem(r *replicaOf, p *itemParams) ([]byte, error) {
	key, err := keyOf(p.Key)
	if err != nil {
		return nil, err
	}
	project, err := p.expressions.Projection(p.ProjectionExpression)
	if err == nil {
		err = p.expressions.Unused()
	}
	if err != nil {
		return nil, err
	}
	if err := d.admitRead(r, p, key.pk, r.replica.sizeOf(key)); err != nil {
		return nil, err
	}
	it, ok := r.replica.get(key)
	if !ok {
		return []byte("{}"), nil
	}
	return append(expression.AppendItem([]byte(`{"Item":`), project(it)), '}'), nil
}

// check evaluates the request's condition on the item as the local replica has it.
func (d *Service) check(r *replicaOf, p *itemParams, key primaryKey) (before expression.Item, exists bool, err error) {
	holds, err := p.expressions.Condition(p.ConditionExpression)
	if err == nil {
		err = p.expressions.Unused()
	}
	if err != nil {
		return nil, false, err
	}
	before, exists = r.replica.get(key)
	if holds(before) {
		return before, exists, nil
	}
	if err := d.admitWrite(r, key.pk, r.replica.sizeOf(key)); err != nil {
		return nil, exists, err
	}
	failed := &wire.Error{Code: "ConditionalCheckFailedException", Status: http.StatusBadRequest, Message: "The conditional request failed"}
	if p.ReturnValuesOnConditionCheckFailure == "ALL_OLD" && exists {
		failed.Details = before
	}
	return nil, exists, failed
}

func (d *Service) putItem(r *replicaOf, p *itemParams) ([]byte, error) {
	if err := checkReturnValues(p, "NONE", "ALL_OLD"); err != nil {
		return nil, err
	}
	it, decodeErr := expression.DecodeItem(p.Item)
	if decodeErr != nil {
		return nil, invalidItem("One or more parameter values were invalid: %v", decodeErr)
	}
	key, ok := keyIn(it)
	if !ok {
		return nil, invalidItem("One or more parameter values were invalid: Missing the key pk or sk in the item, or it is no string")
	}
	before, exists, err := d.check(r, p, key)
	if err != nil {
		return nil, err
	}
	if err := d.write(r, key, it); err != nil {
		return nil, err
	}
	return returned(p, before, exists)
}

func (d *Service) deleteItem(r *replicaOf, p *itemParams) ([]byte, error) {
	if err := checkReturnValues(p, "NONE", "ALL_OLD"); err != nil {
		return nil, err
	}
	key, err := keyOf(p.Key)
	if err != nil {
		return nil, err
	}
	before, exists, err := d.check(r, p, key)
	if err != nil {
		return nil, err
	}
	if exists {
		if err := d.write(r, key, nil); err != nil {
			return nil, err
		}
	}
	return returned(p, before, exists)
}

func (d *Service) updateItem(r *replicaOf, p *itemParams) ([]byte, error) {
	key, err := keyOf(p.Key)
	if err != nil {
		return nil, err
	}
	u, err := p.update()
	if err != nil {
		return nil, err
	}
	before, exists, err := d.check(r, p, key)
	if err != nil {
		return nil, err
	}
	base := before
	if !exists {
		base = key.item()
	}
	after, err := u.Apply(base)
	if err != nil {
		return nil, err
	}
	if err := d.write(r, key, after); err != nil {
		return nil, err
	}
	switch p.ReturnValues {
	case "ALL_NEW":
		return attributes(after), nil
	case "UPDATED_NEW":
		return attributes(u.Only(after)), nil
	case "UPDATED_OLD":
		return attributes(u.Only(before)), nil
	}
	return returned(p, before, exists)
}

// update compiles the update expression, which must not change the key.
func (p *itemParams) update() (*expression.Update, error) {
	if err := checkReturnValues(p, "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"); err != nil {
		return nil, err
	}
	u, err := p.expressions.Update(p.UpdateExpression)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"pk", "sk"} {
		if u.Changes(name) {
			return nil, invalidItem("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
		}
	}
	return u, nil
}

func attributes(it expression.Item) []byte {
	if len(it) == 0 {
		return []byte("{}")
	}
	return append(expression.AppendItem([]byte(`{"Attributes":`), it), '}')
}

// returned answers a write whose ReturnValues is NONE or ALL_OLD.
func returned(p *itemParams, before expression.Item, exists bool) ([]byte, error) {
	if p.ReturnValues == "ALL_OLD" && exists {
		return attributes(before), nil
	}
	return []byte("{}"), nil
}

// checkReturnValues rejects, before anything is written, ReturnValues that the operation does not have.
func checkReturnValues(p *itemParams, allowed ...string) error {
	if p.ReturnValues != "" && !slices.Contains(allowed, p.ReturnValues) {
		return invalidItem("ReturnValues can only be one of %s", strings.Join(allowed, ", "))
	}
	return nil
}

func (d *Service) query(r *replicaOf, p *itemParams) ([]byte, error) {
	keys, err := p.expressions.Key(p.KeyConditionExpression)
	if err != nil {
		return nil, err
	}
	holds, err := p.expressions.Filter(p.FilterExpression)
	if err != nil {
		return nil, err
	}
	project, err := p.expressions.Projection(p.ProjectionExpression)
	if err == nil {
		err = p.expressions.Unused()
	}
	if err != nil {
		return nil, err
	}
	if p.ProjectionExpression == "" {
		project = nil
	}
	order, err := r.replica.within(keys, p)
	if err != nil {
		return nil, err
	}
	page := queryPage{countOnly: p.Select == "COUNT"}
	for _, stored := range order {
		if page.full(p.Limit) {
			page.more = true
			break
		}
		page.add(stored, holds, project)
	}
	if err := d.admitRead(r, p, keys.PK, page.size); err != nil {
		return nil, err
	}
	return page.json(), nil
}

// within returns the items of a key range in the order of a Query, beginning at its start key.
func (r *replica) within(keys expression.KeyRange, p *itemParams) ([]*stored, error) {
	part := r.partitions[keys.PK]
	if part == nil {
		return nil, nil
	}
	forward := p.ScanIndexForward == nil || *p.ScanIndexForward
	from, hasFrom := "", len(p.ExclusiveStartKey) > 0
	if hasFrom {
		start, err := keyOf(p.ExclusiveStartKey)
		if err != nil || start.pk != keys.PK {
			return nil, invalidItem("The provided starting key is outside query boundaries based on provided conditions")
		}
		from = start.sk
	}
	var out []*stored
	for _, sk := range part.order {
		skip := hasFrom && ((forward && sk <= from) || (!forward && sk >= from))
		if !skip && keys.Holds(sk) {
			out = append(out, part.items[sk])
		}
	}
	if !forward {
		slices.Reverse(out)
	}
	return out, nil
}

// queryPage is one page of a Query's answer. Its limits apply before the filter, so a page that is not the last may be
// empty.
type queryPage struct {
	countOnly            bool
	items                []byte
	count, scanned, size int
	last                 expression.Item
	more                 bool
}

func (q *queryPage) full(limit int) bool {
	return (limit > 0 && q.scanned >= limit) || q.size >= maxPageBytes
}

func (q *queryPage) add(s *stored, holds expression.Condition, project func(expression.Item) expression.Item) {
	q.scanned++
	q.size += s.size
	q.last = s.attributes
	if !holds(s.attributes) {
		return
	}
	q.count++
	if q.countOnly {
		return
	}
	if len(q.items) > 0 {
		q.items = append(q.items, ',')
	}
	if project == nil {
		q.items = append(q.items, s.json()...)
		return
	}
	q.items = expression.AppendItem(q.items, project(s.attributes))
}

func (q *queryPage) json() []byte {
	b := append([]byte(`{"Count":`), strconv.Itoa(q.count)...)
	b = append(append(b, `,"ScannedCount":`...), strconv.Itoa(q.scanned)...)
	if !q.countOnly {
		b = append(append(append(b, `,"Items":[`...), q.items...), ']')
	}
	if q.more {
		key, _ := keyIn(q.last)
		b = expression.AppendItem(append(b, `,"LastEvaluatedKey":`...), key.item())
	}
	return append(b, '}')
}
