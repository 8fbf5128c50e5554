package applicationsfile

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

var (
	globalCluster = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$`)
	clusterARN    = regexp.MustCompile(`^arn:(aws[a-z-]*):rds:([a-z0-9-]+):\d{12}:cluster:[A-Za-z][A-Za-z0-9-]{0,62}$`)
)

func readDatabase(v value, app failover.Application, seen *seen) failover.Database {
	o := v.object("globalCluster", "clusters")
	id := o.need("globalCluster", "the identifier of the Aurora global database")
	db := failover.Database{GlobalCluster: id.text()}
	if db.GlobalCluster != "" && (len(db.GlobalCluster) > 63 || !globalCluster.MatchString(db.GlobalCluster)) {
		id.wrong("%q; expected the identifier of a global cluster: a letter, then letters, digits and single hyphens, at most 63", db.GlobalCluster)
	}
	// RDS keeps identifiers in lower case, whatever case they are given in. Applications may share a database, and then
	// they must move together.
	db.GlobalCluster = strings.ToLower(db.GlobalCluster)
	seen.once(id, fmt.Sprintf("global cluster %s of application %s", db.GlobalCluster, app.Name))
	seen.same(id, "global cluster "+db.GlobalCluster, fmt.Sprintf("wave %d", app.Wave))
	db.Clusters = perRegion(o.need("clusters", "the ARN of the member cluster in each Region"), readClusterARN)
	return db
}

func readClusterARN(v value, region failover.Region) string {
	arn := v.text()
	match := clusterARN.FindStringSubmatch(arn)
	switch {
	case arn == "":
	case match == nil:
		v.wrong("%q; expected the ARN of a cluster, such as arn:%s:rds:%s:111122223333:cluster:checkout", arn, region.Partition().ID, region)
	case match[2] != string(region):
		v.wrong("%q is in %s; expected a cluster in %s", arn, match[2], region)
	case match[1] != region.Partition().ID:
		v.wrong("%q is of the partition %s; expected arn:%s:, the partition of %s", arn, match[1], region.Partition().ID, region)
	}
	return strings.ToLower(arn)
}
