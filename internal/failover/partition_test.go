package failover

import (
	"slices"
	"strings"
	"testing"
)

func TestEachKnownRegionIsOnceInOnePartition(t *testing.T) {
	var all []Region
	for _, p := range partitions {
		if !slices.IsSorted(p.Regions) {
			t.Errorf("%s: %v; want them in order, so that a missing one is seen", p.ID, p.Regions)
		}
		if !slices.Contains(p.Regions, p.GlobalRegion) {
			t.Errorf("%s: the global services are in %s, which is not one of its Regions", p.ID, p.GlobalRegion)
		}
		for _, region := range p.Regions {
			if err := CheckRegion(region); err != nil {
				t.Error(err)
			}
			if slices.Contains(all, region) {
				t.Errorf("%s is there twice", region)
			}
			all = append(all, region)
		}
	}
}

func TestThePartitionFollowsTheRegion(t *testing.T) {
	for _, tc := range []struct {
		region, global        Region
		id, suffix, execution string
		console               string
	}{
		{"eu-west-1", "us-east-1", "aws", "amazonaws.com", "arn:aws:states:eu-west-1:1:execution:d:r", "https://eu-west-1.console.aws.amazon.com/"},
		{"us-gov-east-1", "us-gov-west-1", "aws-us-gov", "amazonaws.com", "arn:aws-us-gov:states:us-gov-east-1:1:execution:d:r", "https://us-gov-east-1.console.amazonaws-us-gov.com/"},
		{"cn-north-1", "cn-northwest-1", "aws-cn", "amazonaws.com.cn", "arn:aws-cn:states:cn-north-1:1:execution:d:r", "https://cn-north-1.console.amazonaws.cn/"},
	} {
		p, known := PartitionOf(tc.region)
		if !known || p.ID != tc.id || p.URLSuffix != tc.suffix || p.GlobalRegion != tc.global {
			t.Errorf("%s: %+v, %t", tc.region, p, known)
		}
		if got := ConsoleOf(tc.execution); !strings.HasPrefix(got, tc.console) || !strings.HasSuffix(got, tc.execution) {
			t.Errorf("console of %s: %s", tc.execution, got)
		}
	}
	if got := ConsoleOf("arn:aws-iso:states:us-iso-east-1:1:execution:d:r"); got != "" {
		t.Errorf("console of a partition that is not known: %s", got)
	}
}

func TestARegionThatIsNotKnownIsRefusedByName(t *testing.T) {
	for _, code := range []Region{"us-west-7", "us-iso-east-1", "west"} {
		if err := CheckRegion(code); err == nil || !strings.Contains(err.Error(), string(code)) {
			t.Errorf("CheckRegion(%s) = %v; want an error that names it", code, err)
		}
	}
	if p := Region("us-west-7").Partition(); p.ID != "aws" {
		t.Errorf("a Region that is not known is taken for one of %s", p.ID)
	}
}
