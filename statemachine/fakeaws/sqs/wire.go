package sqs

import (
	"cmp"
	"crypto/md5" //nolint:gosec // SQS returns the MD5 of a body
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var operations = map[string]wire.Operation[*Service]{
	"ListQueues":         wire.Handle((*Service).listQueues),
	"GetQueueUrl":        wire.Handle((*Service).getQueueURL),
	"GetQueueAttributes": wire.Handle((*Service).getQueueAttributes),
	"ReceiveMessage":     wire.Handle((*Service).receiveMessage),
}

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error { return wire.OpenJSON(req, operations) }

// Permissions are what IAM must allow for a request.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	named := req.Params.(interface{ Object() string })
	return []wire.Permission{{Action: "sqs:" + req.Operation, Resource: s.k.ARN("sqs", req.Region, cmp.Or(named.Object(), "*"))}}
}

// Serve also performs SendMessage, with which EventBridge delivers to a queue that is a target.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	if p, ok := req.Params.(*sendParams); ok {
		if !s.Put(p.queue, string(req.Body), nil) {
			return nil, errNoQueue()
		}
		return wire.JSON(req, http.StatusOK, nil), nil
	}
	return wire.ServeJSON(s, req, operations)
}

// Fail writes an error.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.QueryCompatible(wire.JSONError(req, "com.amazonaws.sqs#", shapes.Named(err)), err)
}

// nameIn is the name of the queue in a URL.
func nameIn(queueURL string) string { return queueURL[strings.LastIndex(queueURL, "/")+1:] }

// find finds the queue of a URL in a Region.
func (s *Service) find(req *wire.Request, queueURL string) (*queue, *wire.Error) {
	if err := required("QueueUrl", queueURL); err != nil {
		return nil, err
	}
	name := nameIn(queueURL)
	if u, err := url.Parse(queueURL); err != nil || u.Path != "/"+s.k.Account+"/"+name {
		return nil, wire.BadRequest("InvalidAddress", "The address %s is not valid for this endpoint.", queueURL)
	}
	q := s.queues[s.k.ARN("sqs", req.Region, name)]
	if q == nil {
		return nil, errNoQueue()
	}
	return q, nil
}

// url has the host of the request, so that the client can reach it.
func (s *Service) url(req *wire.Request, q *queue) string {
	return "http://" + req.HTTP.Host + "/" + s.k.Account + "/" + q.name
}

type listParams struct {
	QueueNamePrefix string
	MaxResults      *int
	NextToken       string
}

func (p *listParams) Object() string { return "" }

// listQueues lists up to 1,000 queues of the Region; a token comes only to those who have said how many a page has.
func (s *Service) listQueues(req *wire.Request, p *listParams) (any, *wire.Error) {
	if err := within("MaxResults", p.MaxResults, 1, 1000); err != nil {
		return nil, err
	}
	size := 1000
	if p.MaxResults != nil {
		size = *p.MaxResults
	}
	var urls []string
	for _, arn := range slices.Sorted(maps.Keys(s.queues)) {
		if q := s.queues[arn]; q.region == req.Region && strings.HasPrefix(q.name, p.QueueNamePrefix) {
			urls = append(urls, s.url(req, q))
		}
	}
	from, to, next, err := wire.Page(len(urls), p.NextToken, size, 1000)
	if err != nil {
		return nil, wire.BadRequest("InvalidParameterValue", "Value %s for parameter NextToken is invalid. Reason: it is not one that this operation has given.", p.NextToken)
	}
	if p.MaxResults == nil {
		next = ""
	}
	return struct {
		QueueURLs []string `json:"QueueUrls,omitempty"`
		NextToken string   `json:",omitempty"`
	}{urls[from:to], next}, nil
}

type urlParams struct {
	QueueName string
	Account   string `json:"QueueOwnerAWSAccountId"`
}

func (p *urlParams) Object() string { return p.QueueName }

func (s *Service) getQueueURL(req *wire.Request, p *urlParams) (any, *wire.Error) {
	if err := required("QueueName", p.QueueName); err != nil {
		return nil, err
	}
	q := s.queues[s.k.ARN("sqs", req.Region, p.QueueName)]
	if q == nil || p.Account != "" && p.Account != s.k.Account {
		return nil, errNoQueue()
	}
	return map[string]string{"QueueUrl": s.url(req, q)}, nil
}

type attributeParams struct {
	QueueURL       string `json:"QueueUrl"`
	AttributeNames []string
}

func (p *attributeParams) Object() string { return nameIn(p.QueueURL) }

func (s *Service) getQueueAttributes(req *wire.Request, p *attributeParams) (any, *wire.Error) {
	q, err := s.find(req, p.QueueURL)
	if err = first(err, known(req, "AttributeNames", p.AttributeNames, queueAttributes, []string{"All", "ApproximateNumberOfMessages", "QueueArn"})); err != nil {
		return nil, err
	}
	all := map[string]string{
		"ApproximateNumberOfMessages": fmt.Sprint(len(q.messages)),
		"QueueArn":                    s.k.ARN("sqs", q.region, q.name),
	}
	maps.DeleteFunc(all, func(name, _ string) bool {
		return !slices.Contains(p.AttributeNames, name) && !slices.Contains(p.AttributeNames, "All")
	})
	return map[string]any{"Attributes": all}, nil
}

type receiveParams struct {
	QueueURL                    string `json:"QueueUrl"`
	AttributeNames              []string
	MessageAttributeNames       []string
	MessageSystemAttributeNames []string
	MaxNumberOfMessages         *int
	VisibilityTimeout           *int
	WaitTimeSeconds             *int
}

func (p *receiveParams) Object() string { return nameIn(p.QueueURL) }

type sqsMessage struct {
	MessageID         string                  `json:"MessageId"`
	ReceiptHandle     string                  `json:"ReceiptHandle"`
	MD5OfBody         string                  `json:"MD5OfBody"`
	Body              string                  `json:"Body"`
	Attributes        map[string]string       `json:"Attributes,omitempty"`
	MessageAttributes map[string]sqsAttribute `json:"MessageAttributes,omitempty"`
}

type sqsAttribute struct {
	DataType    string
	StringValue string
}

// receiveMessage shows the oldest messages. They stay visible (SQS-1), so nothing waits for others.
func (s *Service) receiveMessage(req *wire.Request, p *receiveParams) (any, *wire.Error) {
	q, err := s.find(req, p.QueueURL)
	system, here := slices.Concat(p.AttributeNames, p.MessageSystemAttributeNames), []string{"All", "SentTimestamp"}
	err = first(err, within("MaxNumberOfMessages", p.MaxNumberOfMessages, 1, 10), within("VisibilityTimeout", p.VisibilityTimeout, 0, 43200),
		within("WaitTimeSeconds", p.WaitTimeSeconds, 0, 20), known(req, "MessageSystemAttributeNames", p.MessageSystemAttributeNames, messageAttributes, here),
		known(req, "AttributeNames", p.AttributeNames, slices.Concat(messageAttributes, queueAttributes), here))
	if err != nil {
		return nil, err
	}
	most := 1
	if p.MaxNumberOfMessages != nil {
		most = *p.MaxNumberOfMessages
	}
	messages := []sqsMessage{}
	for _, m := range q.messages[:min(most, len(q.messages))] {
		sum := md5.Sum([]byte(m.Body)) //nolint:gosec // as SQS does
		shown := sqsMessage{MessageID: m.ID, ReceiptHandle: m.ID, MD5OfBody: hex.EncodeToString(sum[:]), Body: m.Body}
		if len(system) > 0 {
			shown.Attributes = map[string]string{"SentTimestamp": fmt.Sprint(m.At.UnixMilli())}
		}
		for name, value := range m.Attributes {
			if selects(p.MessageAttributeNames, name) {
				if shown.MessageAttributes == nil {
					shown.MessageAttributes = map[string]sqsAttribute{}
				}
				shown.MessageAttributes[name] = sqsAttribute{"String", value}
			}
		}
		messages = append(messages, shown)
	}
	return map[string]any{"Messages": messages}, nil
}

// sendParams are those of a request that AWS makes itself.
type sendParams struct{ queue string }

func (p *sendParams) Object() string { return wire.LastPart(p.queue) }

// SendRequest is the request with which AWS itself delivers a body to a queue.
func SendRequest(arn, body string) *wire.Request {
	return &wire.Request{Service: "sqs", Operation: "SendMessage", Params: &sendParams{queue: arn}, Body: []byte(body)}
}
