package dynamodb

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of the DynamoDB Developer Guide ("Service, account, and table quotas").
const (
	maxItemBytes = 400 << 10
)

// replicaOf is one replica, its table and its Region.
type replicaOf struct {
	table   *table
	replica *replica
	region  string
	// consumed are the capacity units that the request has taken.
	consumed units
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
	key, err := keyIn(it)
	if err != nil || len(it) != 2 {
		return primaryKey{}, cmp.Or(err, invalidItem("The provided key element does not match the schema"))
	}
	return key, nil
}

// keyIn reads the key of an item.
func keyIn(it expression.Item) (primaryKey, error) {
	for _, name := range []string{"pk", "sk"} {
		v, there := it[name]
		s, isString := v.(string)
		switch {
		case !there:
			return primaryKey{}, invalidItem("One or more parameter values were invalid: Missing the key %s in the item", name)
		case !isString:
			return primaryKey{}, invalidItem("One or more parameter values were invalid: Type mismatch for key %s expected: S", name)
		}
		if err := expression.CheckKey(name, s); err != nil {
			return primaryKey{}, err
		}
	}
	return primaryKey{it["pk"].(string), it["sk"].(string)}, nil
}

func (k primaryKey) item() expression.Item { return expression.Item{"pk": k.pk, "sk": k.sk} }

func (d *Service) getItem(r *replicaOf, p *itemParams) ([]byte, error) {
	key, err := keyOf(p.Key)
	if err != nil {
		return nil, err
	}
	project, err := p.projection()
	if err == nil {
		err = p.expressions.Unused()
	}
	if err != nil {
		return nil, err
	}
	if err := d.admitRead(r, p, key.pk, r.replica.sizeOf(key)); err != nil {
		return nil, err
	}
	it, ok := r.replica.get(key, reading{d.k.Now(), p.ConsistentRead})
	if !ok {
		return []byte("{}"), nil
	}
	if project != nil {
		it = project(it)
	}
	return append(expression.AppendItem([]byte(`{"Item":`), it), '}'), nil
}

// check evaluates the request's condition on the item as the local replica has it.
func (d *Service) check(r *replicaOf, p *itemParams, key primaryKey) (before expression.Item, exists bool, err error) {
	holds, err := p.condition()
	if err == nil {
		err = p.expressions.Unused()
	}
	if err != nil {
		return nil, false, err
	}
	before, exists = r.replica.get(key, reading{consistent: true})
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
	key, err := keyIn(it)
	if err != nil {
		return nil, err
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
		return attributesOf(after), nil
	case "UPDATED_NEW":
		return attributesOf(u.Only(after)), nil
	case "UPDATED_OLD":
		return attributesOf(u.Only(before)), nil
	}
	return returned(p, before, exists)
}

// update compiles the update expression, which must not change the key.
func (p *itemParams) update() (*expression.Update, error) {
	if err := checkReturnValues(p, "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"); err != nil {
		return nil, err
	}
	if p.UpdateExpression == nil {
		return &expression.Update{}, nil
	}
	u, err := p.expressions.Update(*p.UpdateExpression)
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

func attributesOf(it expression.Item) []byte {
	if len(it) == 0 {
		return []byte("{}")
	}
	return append(expression.AppendItem([]byte(`{"Attributes":`), it), '}')
}

// returned answers a write whose ReturnValues is NONE or ALL_OLD.
func returned(p *itemParams, before expression.Item, exists bool) ([]byte, error) {
	if p.ReturnValues == "ALL_OLD" && exists {
		return attributesOf(before), nil
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
