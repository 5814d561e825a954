# The suite and its mock: `docker run IMAGE run --target URL`, `docker run -p 4010:4010 IMAGE serve --host 0.0.0.0 --port 4010`.
FROM python:3.11-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/orders-conformance \
    && /opt/orders-conformance/bin/pip install --no-cache-dir -q -c constraints.txt .

FROM python:3.11-slim
COPY --from=build /opt/orders-conformance /opt/orders-conformance
# A user without a name, whose only folder to write into is that of the reports.
RUN install -d -o 10001 -g 10001 /work
USER 10001:10001
WORKDIR /work
ENV HOME=/work
ENTRYPOINT ["/opt/orders-conformance/bin/orders-conformance"]
