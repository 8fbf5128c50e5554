package awsmodel_test

import (
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws/awsmodel"
)

func TestCheckAnswerFindsWhatTheModelDoesNotHave(t *testing.T) {
	form := func(inner string) string {
		return `<DescribeGlobalClustersResponse><DescribeGlobalClustersResult>` + inner + `</DescribeGlobalClustersResult></DescribeGlobalClustersResponse>`
	}
	zone := `<Id>Z1</Id><Name>a.</Name><CallerReference>1</CallerReference>`
	for _, c := range []struct{ service, protocol, operation, body, want string }{
		{"states", "json", "ListStateMachines", `{"stateMachines": []}`, ""},
		{"states", "json", "ListStateMachines", `{"stateMachines": [], "more": 1}`, "has more, which the model does not have"},
		{"states", "json", "ListStateMachines", `{}`, "lacks stateMachines"},
		{"states", "json", "ListStateMachines", `{"stateMachines": {}}`, "expected a list"},
		{"states", "json", "ListStateMachines", `{"stateMachines": [], "nextToken": ""}`, "nextToken has the length 0"},
		{"states", "json", "StopExecution", `{"stopDate": "2026-03-02"}`, "expected a timestamp"},
		{"rds", "query", "DescribeGlobalClusters", form(`<GlobalClusters><GlobalClusterMember><Engine>a</Engine></GlobalClusterMember></GlobalClusters>`), ""},
		{"rds", "query", "DescribeGlobalClusters", form(`<GlobalClusters><member/></GlobalClusters>`), "has the element member; expected GlobalClusterMember"},
		{"rds", "query", "DescribeGlobalClusters", form(`<Other/>`), "has Other"},
		{"route53", "rest-xml", "GetHostedZone", `<A><HostedZone>` + zone + `</HostedZone></A>`, ""},
		{"route53", "rest-xml", "GetHostedZone", `<A><HostedZone>` + zone + `<ResourceRecordSetCount>x</ResourceRecordSetCount></HostedZone></A>`, "expected a long"},
		{"route53", "rest-xml", "GetHostedZone", `<A><HostedZone><Id>Z1</Id></HostedZone></A>`, "lacks CallerReference"},
		{"monitoring", awsmodel.ProtocolCBOR, "ListMetrics", string(cbor.Encode(cbor.Map{"Metrics": cbor.List{}})), ""},
		{"monitoring", awsmodel.ProtocolCBOR, "ListMetrics", string(cbor.Encode(cbor.Map{"Metrics": cbor.String("x")})), "expected a list"},
	} {
		problems := strings.Join(awsmodel.Find(c.service).CheckAnswer(c.protocol, c.operation, []byte(c.body)), "; ")
		if (c.want == "") != (problems == "") || !strings.Contains(problems, c.want) {
			t.Errorf("%s %s: %q; expected %q", c.operation, c.body, problems, c.want)
		}
	}
}
