package dynamodb

import (
	"errors"
	"maps"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/dynamodb/expression"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// itemRequest is the union of the parameters of all operations; each uses its own. An expression that is there and empty is
// not the same as none.
type itemRequest struct {
	TableName                           string
	Key                                 map[string]map[string]any
	Item                                map[string]map[string]any
	ConditionExpression                 *string
	UpdateExpression                    *string
	KeyConditionExpression              *string
	FilterExpression                    *string
	ProjectionExpression                *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]map[string]any
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
	ConsistentRead                      bool
	ScanIndexForward                    *bool
	Select                              string
	Limit                               int
	ExclusiveStartKey                   map[string]map[string]any
	ExclusiveStartTableName             string
	// leading is the partition key that a Query asks for; nil when there is none.
	leading []string
}

// itemParams is an itemRequest with its expressions.
type itemParams struct {
	itemRequest
	expressions *expression.Expressions
}

func (p *itemParams) Object() string {
	parts := []string{tableName(p.TableName)}
	for _, values := range []map[string]map[string]any{p.Key, p.Item} {
		for _, name := range []string{"pk", "sk"} {
			if s, ok := values[name]["S"].(string); ok {
				parts = append(parts, s)
			}
		}
	}
	return strings.Join(parts, " ")
}

// tableName is the name in a TableName parameter, which may also be an ARN.
func tableName(nameOrARN string) string {
	return nameOrARN[strings.LastIndex(nameOrARN, "/")+1:]
}

// The shapes of parameters, from the service's model. Of an attribute's value only the outer form is checked here; the rest
// is expression.DecodeValue's.
var (
	attributes = wire.Map{Of: wire.Map{Of: wire.KindAny}}
	names      = wire.Map{Of: wire.KindText}
	tableText  = wire.Required{Shape: wire.Text{Min: 1, Max: 1024}}
	oldOrNone  = wire.Text{OneOf: []string{"ALL_OLD", "NONE"}}
	returns    = wire.Text{OneOf: []string{"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"}}
)

// everywhere are the parameters of all operations on items.
var everywhere = wire.Structure{
	"TableName": tableText, "ExpressionAttributeNames": names,
	"ReturnConsumedCapacity": wire.Text{OneOf: []string{"INDEXES", "TOTAL", "NONE"}},
}

var (
	writes = with(everywhere, wire.Structure{
		"ConditionExpression": wire.KindText, "ExpressionAttributeValues": attributes, "ReturnValues": returns,
		"ReturnValuesOnConditionCheckFailure": oldOrNone, "ReturnItemCollectionMetrics": wire.Text{OneOf: []string{"SIZE", "NONE"}},
	})
	reads = with(everywhere, wire.Structure{"ProjectionExpression": wire.KindText, "ConsistentRead": wire.KindBool})
	pages = with(reads, wire.Structure{
		"FilterExpression": wire.KindText, "ExpressionAttributeValues": attributes, "ExclusiveStartKey": attributes,
		"Limit":  wire.Whole{Min: 1},
		"Select": wire.Text{OneOf: []string{"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"}},
	})
	keyed = wire.Structure{"Key": wire.Required{Shape: attributes}}
)

// shapes are the parameters of each operation.
var shapes = map[string]wire.Structure{
	"GetItem":    with(reads, keyed),
	"PutItem":    with(writes, wire.Structure{"Item": wire.Required{Shape: attributes}}),
	"UpdateItem": with(writes, keyed, wire.Structure{"UpdateExpression": wire.KindText}),
	"DeleteItem": with(writes, keyed),
	"Query":      with(pages, wire.Structure{"KeyConditionExpression": wire.KindText, "ScanIndexForward": wire.KindBool}),
	"Scan":       pages,
	"ListTables": {"Limit": wire.Whole{Min: 1, Max: 100}, "ExclusiveStartTableName": wire.Text{Min: 3, Max: 255, Pattern: nameOfTable}},
}

func with(all ...wire.Structure) wire.Structure {
	joined := wire.Structure{}
	for _, s := range all {
		maps.Copy(joined, s)
	}
	return joined
}

// Open finds the operation of a request and decodes its parameters.
func (d *Service) Open(req *wire.Request) *wire.Error {
	_, req.Operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	shape, ok := shapes[req.Operation]
	if !ok {
		return wire.UnknownOperation(req)
	}
	params := &itemParams{}
	req.Params = params
	if err := params.read(req, shape); err != nil {
		return err
	}
	if err := checkSelect(params); err != nil {
		return wireError(err)
	}
	var err error
	params.expressions, err = expression.New(params.ExpressionAttributeNames, params.ExpressionAttributeValues)
	if err != nil {
		return wireError(err)
	}
	return nil
}

// requests are the parameters of reads, by operation and body: the functions of a deployment send the same ones again and again.
var requests kernel.Memo[itemRequest]

// maxKept is the largest body whose parameters are kept, in bytes.
const maxKept = 1 << 10

// read reads the parameters. Those of a read may be shared with other requests: nothing changes them.
func (p *itemParams) read(req *wire.Request, shape wire.Structure) *wire.Error {
	if !isRead[req.Operation] || len(req.Body) > maxKept || req.HTTP.Header["Content-Encoding"] != nil {
		return p.itemRequest.read(req, shape)
	}
	var failed *wire.Error
	p.itemRequest, _ = requests.Of(req.Operation+string(req.Body), func() (r itemRequest, err error) {
		if failed = r.read(req, shape); failed != nil {
			err = errUnread
		}
		return r, err
	})
	return failed
}

func (r *itemRequest) read(req *wire.Request, shape wire.Structure) *wire.Error {
	if err := wire.ReadJSON(req, shape, r); err != nil {
		return err
	}
	if req.Operation != "Query" || r.KeyConditionExpression == nil {
		return nil
	}
	// a set of its own: compiling marks the names and values that are used
	if expressions, err := expression.New(r.ExpressionAttributeNames, r.ExpressionAttributeValues); err == nil {
		if keys, err := expressions.Key(*r.KeyConditionExpression); err == nil {
			r.leading = []string{keys.PK}
		}
	}
	return nil
}

// isRead are the operations that take nothing of their parameters into a table.
var isRead = map[string]bool{"GetItem": true, "Query": true}

var errUnread = errors.New("parameters that cannot be read")

// checkSelect rejects a Select that contradicts the other parameters.
func checkSelect(p *itemParams) error {
	projected := p.ProjectionExpression != nil
	switch {
	case p.Select == "ALL_PROJECTED_ATTRIBUTES":
		return invalidItem("One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case p.Select == "SPECIFIC_ATTRIBUTES" && !projected:
		return invalidItem("One or more parameter values were invalid: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case p.Select == "COUNT" && projected:
		return invalidItem("One or more parameter values were invalid: Cannot specify the ProjectionExpression when choosing to get only the Count")
	case p.Select == "ALL_ATTRIBUTES" && projected:
		return invalidItem("One or more parameter values were invalid: Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES")
	}
	return nil
}

// condition is the request's condition; without one, it always holds.
func (p *itemParams) condition() (expression.Condition, error) {
	if p.ConditionExpression == nil {
		return always, nil
	}
	return p.expressions.Condition(*p.ConditionExpression)
}

// filter is the request's filter. That of a Query may not have the key's attributes.
func (p *itemParams) filter(keys ...string) (expression.Condition, error) {
	if p.FilterExpression == nil {
		return always, nil
	}
	return p.expressions.Filter(*p.FilterExpression, keys...)
}

func always(expression.Item) bool { return true }

// projection keeps the attributes that the request asks for; nil keeps all.
func (p *itemParams) projection() (func(expression.Item) expression.Item, error) {
	if p.ProjectionExpression == nil {
		return nil, nil
	}
	return p.expressions.Projection(*p.ProjectionExpression)
}
