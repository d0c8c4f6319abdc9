"""Published break-even points, reproduced from their own inputs."""
