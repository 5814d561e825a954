"""What a run tells the CI system that it runs on: GitHub Actions and GitLab; the others read `junit.xml`."""
