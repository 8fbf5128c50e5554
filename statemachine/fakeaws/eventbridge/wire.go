package eventbridge

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var operations = map[string]wire.Operation[*Service]{
	"PutEvents": wire.Handle((*Service).putEvents),
}

// Open finds the operation of a request and decodes its parameters.
func (b *Service) Open(req *wire.Request) *wire.Error {
	if err := wire.OpenJSON(req, operations); err != nil {
		return err
	}
	return constraint.Check(req.Params, "ValidationException")
}

// Permissions are what IAM must allow for a request.
func (b *Service) Permissions(req *wire.Request) []wire.Permission {
	return req.Params.(*putEventsParams).permissions(b.k, req)
}

// Serve performs a request.
func (b *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	return wire.ServeJSON(b, req, operations)
}

// Fail writes an error.
func (b *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.JSONError(req, "", err)
}

// putEventsParams are the parameters of PutEvents. Their tags have the constraints of the API's model.
type putEventsParams struct {
	Entries []eventEntry `model:"required length=1..10"`
}

type eventEntry struct {
	Source, DetailType, Detail string
	EventBusName               *string  `model:"length=1..1600 pattern=bus"`
	TraceHeader                *string  `model:"length=1..500"`
	Resources                  []string `model:"each:length=0..2048"`
	Time                       *json.Number
}

// bus is the name or the ARN of the entry's bus.
func (e eventEntry) bus() string { return cmp.Or(constraint.Text(e.EventBusName), defaultBus) }

// size is that of an entry, as "Calculating PutEvents event entry size" in the EventBridge User Guide counts it.
func (e eventEntry) size() int {
	n := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if e.Time != nil {
		n += 14
	}
	for _, resource := range e.Resources {
		n += len(resource)
	}
	return n
}

// maxEntries is the most that the entries of one request may have together, in bytes ("PutEvents" in the API Reference).
const maxEntries = 256 << 10

func (p *putEventsParams) Object() string { return defaultBus }

const defaultBus = "default"

// permissions are one for each entry: a policy may name its source and type.
func (p *putEventsParams) permissions(k *kernel.Kernel, req *wire.Request) []wire.Permission {
	var all []wire.Permission
	for _, e := range p.Entries {
		bus := wire.LastPart(strings.ReplaceAll(e.bus(), "/", ":"))
		all = append(all, wire.Permission{
			Action: "events:PutEvents", Resource: k.ARN("events", req.Region, "event-bus/"+bus),
			Context: map[string][]string{"events:source": {e.Source}, "events:detail-type": {e.DetailType}},
		})
	}
	return all
}

// putEvents publishes the valid entries, and returns an error for each of the others.
func (b *Service) putEvents(req *wire.Request, p *putEventsParams) (any, *wire.Error) {
	type entry struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
	total := 0
	for _, e := range p.Entries {
		total += e.size()
	}
	if total > maxEntries {
		return nil, wire.BadRequest("ValidationException", "Total size of the entries in the request is over the limit.")
	}
	entries, failed := []entry{}, 0
	for _, e := range p.Entries {
		var detail map[string]any
		reject := func(code, message string) {
			entries, failed = append(entries, entry{ErrorCode: code, ErrorMessage: message}), failed+1
		}
		switch {
		case e.bus() != defaultBus && e.bus() != b.k.ARN("events", req.Region, "event-bus/"+defaultBus): // EVB-7
			reject("InvalidArgument", "Event bus "+e.bus()+" does not exist.")
		case strings.HasPrefix(e.Source, "aws."):
			reject("NotAuthorizedForSourceException", "Not authorized for the source.")
		case e.Source == "":
			reject("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.")
		case e.DetailType == "":
			reject("InvalidArgument", "Parameter DetailType is not valid. Reason: DetailType is a required argument.")
		case json.Unmarshal([]byte(e.Detail), &detail) != nil:
			reject("MalformedDetail", "Detail is malformed.")
		default:
			event := Event{Source: e.Source, DetailType: e.DetailType, Resources: e.Resources, Detail: json.RawMessage(e.Detail), Time: timeOf(e.Time)}
			entries = append(entries, entry{EventID: b.publish(req.Region, event)})
		}
	}
	return struct {
		FailedEntryCount int
		Entries          []entry
	}{failed, entries}, nil
}

// timeOf reads the seconds since 1970 of the JSON protocols; nil is the zero time.
func timeOf(n *json.Number) time.Time {
	if n == nil {
		return time.Time{}
	}
	seconds, err := n.Float64()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * 1000))
}
