package contract_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

var _ = ask("SNS-1", "publishes messages with subjects of 99 and of 100 characters", func(a *account) verdict {
	if a.topic == "" {
		return cannotKnow("needs -topic")
	}
	publish := func(length int) string {
		_, err := sns.NewFromConfig(a.config(a.standby)).Publish(a.ctx, &sns.PublishInput{
			TopicArn: &a.topic, Message: aws.String("a test of Drover's assumption SNS-1"), Subject: aws.String(strings.Repeat("a", length)),
		})
		return codeOf(err)
	}
	short, long := publish(99), publish(100)
	return expect(short == "" && long == "InvalidParameter", "99 characters: %q, assumed accepted; 100 characters: %q, assumed InvalidParameter", short, long)
})
