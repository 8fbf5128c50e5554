package contract_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var _ = ask("STS-1", "asks for the caller's identity in both Regions", func(a *account) verdict {
	var arns []string
	for _, region := range []string{a.primary, a.standby} {
		out, err := sts.NewFromConfig(a.config(region)).GetCallerIdentity(a.ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return refuted("GetCallerIdentity in %s: %s", region, codeOf(err))
		}
		arns = append(arns, aws.ToString(out.Arn))
	}
	known := strings.Contains(arns[0], ":user/") || strings.Contains(arns[0], ":assumed-role/") || strings.HasSuffix(arns[0], ":root")
	return expect(arns[0] == arns[1] && known, "%s in one Region, %s in the other; assumed one user or session", arns[0], arns[1])
})
