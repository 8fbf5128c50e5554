package sns

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Message is one message that was published to a topic.
type Message struct {
	At               time.Time
	Region           string
	TopicARN         string
	Subject, Message string
	// Attributes are the message attributes, by name; their data types are checked and not kept.
	Attributes map[string]string
	// ID is the message id.
	ID string
}

// Service holds topics and the messages that were published to them. It has no subscriptions.
type Service struct {
	k        *kernel.Kernel
	topics   map[string]bool
	messages []Message
}

// New returns an SNS without topics.
func New(k *kernel.Kernel) *Service { return &Service{k: k, topics: map[string]bool{}} }

// Control is what drills and tests do to SNS and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Control { return Control{s} }

// AddTopic adds a topic and returns its ARN.
func (ctl Control) AddTopic(region, name string) (arn string) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	arn = ctl.s.k.ARN("sns", region, name)
	ctl.s.topics[arn] = true
	return arn
}

// Messages returns everything that was published so far, in order.
func (ctl Control) Messages() []Message {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return append([]Message(nil), ctl.s.messages...)
}

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/"

// operations are the parameters of each operation, from the service's model.
var operations = map[string]wire.Structure{
	"Publish": {
		"TopicArn": wire.KindText, "Subject": wire.KindText, "Message": wire.Required{Shape: wire.KindText},
		"MessageAttributes": wire.Map{Key: "Name", Value: "Value", Of: wire.Structure{
			"DataType": wire.Required{Shape: wire.KindText}, "StringValue": wire.KindText, "BinaryValue": wire.KindBlob,
		}},
	},
	"ListTopics": {"NextToken": wire.KindText},
}

type params struct{ wire.Fields }

func (p params) Object() string { return p.Text("TopicArn") }

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error {
	fields, err := wire.OpenForm(req, operations, "ValidationError")
	req.Params = params{fields}
	return err
}

// Permissions are what IAM must allow for a request.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	resource := req.Params.(params).Text("TopicArn")
	if req.Operation == "ListTopics" {
		resource = "*"
	}
	return []wire.Permission{{Action: "sns:" + req.Operation, Resource: resource}}
}

// maxMessage is the limit of the API reference for a message with its attributes, in bytes.
const maxMessage = 256 << 10

// Serve performs a request.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(params)
	if req.Operation == "ListTopics" {
		return s.listTopics(req, p)
	}
	topic, subject, text := p.Text("TopicArn"), p.Text("Subject"), p.Text("Message")
	attributes, size, err := p.attributes()
	switch {
	case topic == "":
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter")
	case !strings.HasPrefix(topic, s.k.ARN("sns", req.Region, "")):
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: TopicArn")
	case !s.topics[topic]:
		return nil, wire.NotFound("NotFound", "Topic does not exist")
	case text == "":
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: Empty message")
	case len(text)+size > maxMessage:
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: Message too long")
	case p.Has("Subject") && !validSubject(subject):
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: Subject")
	case err != nil:
		return nil, err
	}
	return wire.QueryResponse(req, namespace, struct{ MessageId string }{s.Send(req.Region, topic, subject, text, attributes)}), nil
}

// Send publishes a message to a topic and returns its id, or an empty id when the topic does not exist.
func (s *Service) Send(region, topic, subject, text string, attributes map[string]string) (id string) {
	if !s.topics[topic] {
		return ""
	}
	m := Message{At: s.k.Now(), Region: region, TopicARN: topic, Subject: subject, Message: text, Attributes: attributes, ID: s.k.NewRequestID()}
	s.messages = append(s.messages, m)
	s.k.Record("sns", topic, "%s", firstLine(subject, text))
	return m.ID
}

// listTopics lists the topics of the Region, 100 a page.
func (s *Service) listTopics(req *wire.Request, p params) (*wire.Response, *wire.Error) {
	type topic struct{ TopicArn string }
	var found []topic
	for _, arn := range slices.Sorted(maps.Keys(s.topics)) {
		if strings.HasPrefix(arn, s.k.ARN("sns", req.Region, "")) {
			found = append(found, topic{arn})
		}
	}
	from, to, next, err := wire.Page(len(found), p.Text("NextToken"), 0, 100)
	if err != nil {
		return nil, wire.BadRequest("InvalidParameter", "Invalid parameter: NextToken")
	}
	return wire.QueryResponse(req, namespace, struct {
		Topics    []topic `xml:"Topics>member"`
		NextToken string  `xml:",omitempty"`
	}{found[from:to], next}), nil
}

// attributes reads the message attributes, and counts their bytes. A data type is String, String.Array, Number or Binary, and
// none may be empty; see "Amazon SNS message attributes" in the Amazon SNS Developer Guide. Binary ones are not supported here.
func (p params) attributes() (all map[string]string, size int, err *wire.Error) {
	given := p.Structure("MessageAttributes")
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f := given.Structure(name)
		kind, value := f.Text("DataType"), f.Text("StringValue")
		_, notNumber := strconv.ParseFloat(value, 64)
		switch {
		case !validName(name):
			return nil, 0, wire.BadRequest("ParameterValueInvalid", "Invalid attribute name: %s", name)
		case kind == "Binary" || f.Has("BinaryValue"):
			return nil, 0, wire.NotImplemented("the parameter MessageAttributes.%s.BinaryValue of Publish", name)
		case value == "":
			return nil, 0, wire.BadRequest("ParameterValueInvalid", "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, kind)
		case kind != "String" && kind != "Number" && kind != "String.Array":
			return nil, 0, wire.BadRequest("ParameterValueInvalid", "The message attribute '%s' has an invalid message attribute type.", name)
		case kind == "Number" && notNumber != nil, kind == "String.Array" && !json.Valid([]byte(value)):
			return nil, 0, wire.BadRequest("ParameterValueInvalid", "The message attribute '%s' with type '%s' must use a valid value.", name, kind)
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name], size = value, size+len(name)+len(kind)+len(value)
	}
	return all, size, nil
}

var attributeName = regexp.MustCompile(`^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$`)

// validName is the guide's rule: letters, digits, underscores, hyphens and single periods, neither first nor last; up to 256
// characters; not one of AWS's own.
func validName(name string) bool {
	lower := strings.ToLower(name)
	return len(name) <= 256 && attributeName.MatchString(name) && !strings.HasPrefix(lower, "aws.") && !strings.HasPrefix(lower, "amazon.")
}

// validSubject is the API reference's rule: ASCII that begins with a letter, digit or punctuation mark, no line breaks
// or control characters, less than 100 characters long.
func validSubject(subject string) bool {
	if subject == "" || len(subject) >= 100 || subject[0] == ' ' {
		return false
	}
	return !strings.ContainsFunc(subject, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) })
}

func firstLine(subject, text string) string {
	if subject != "" {
		return subject
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Fail writes an error; a denied request has SNS's own code.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	if err.Code == wire.CodeDenied {
		renamed := *err
		renamed.Code = "AuthorizationError"
		err = &renamed
	}
	return wire.QueryError(req, namespace, err)
}
