package estate

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestRegionsAreFoundInNamesOfAWS(t *testing.T) {
	for text, want := range map[string]failover.Region{
		"dualstack.shop-1.us-east-1.elb.amazonaws.com":      "us-east-1",
		"shop-0123456789abcdef.elb.eu-west-1.amazonaws.com": "eu-west-1",
		"d-abc123.execute-api.ap-southeast-2.amazonaws.com": "ap-southeast-2",
		"s3-website-us-west-2.amazonaws.com":                "us-west-2",
		"s3-website.eu-central-1.amazonaws.com":             "eu-central-1",
		"vpce-0f-x.vpce-svc-1.us-west-2.vpce.amazonaws.com": "us-west-2",
		"abc.lambda-url.ca-central-1.on.aws":                "ca-central-1",
		"shop.us-west-2.elasticbeanstalk.com":               "us-west-2",
		"lb-1.us-gov-west-1.elb.amazonaws.com":              "us-gov-west-1",
		"lb-1.cn-north-1.elb.amazonaws.com.cn":              "cn-north-1",
		"app-us-east-1a":                                    "", // an Availability Zone
		"aus-east-1":                                        "",
		"us-easter-1":                                       "",
		"us-east-10":                                        "",
		"us-east":                                           "",
		"campus-east-1":                                     "",
		"d1234.cloudfront.net":                              "",
		"shop-us-east-1-blue":                               "us-east-1",
		"us-":                                               "",
	} {
		if got := regionIn(text); got != want {
			t.Errorf("%s: %q; want %q", text, got, want)
		}
	}
}

func TestLoadBalancersAreFoundInTheirNames(t *testing.T) {
	for target, want := range map[string]string{
		"dualstack.shop-blue-1111111111.us-east-1.elb.amazonaws.com": "shop-blue",
		"internal-shop-1111.us-east-1.elb.amazonaws.com":             "shop",
		"shop-0123456789abcdef.elb.us-east-1.amazonaws.com":          "shop",
		"d-abc123.execute-api.us-east-1.amazonaws.com":               "",
		"shop.us-east-1.elb.amazonaws.com":                           "",
		"shop-1.us-east-1.elb.example.com":                           "",
	} {
		if got := balancerName(failover.Endpoint{Alias: &failover.Alias{Name: target}}); got != want {
			t.Errorf("%s: %q; want %q", target, got, want)
		}
		if got := balancerName(failover.Endpoint{Value: target}); got != want {
			t.Errorf("CNAME %s: %q; want %q", target, got, want)
		}
	}
}
