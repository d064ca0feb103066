# docker build -t import-contacts . ; docs/automation.md has how it runs.
FROM python:3.12-slim AS build
ARG EXTRAS=fast,notify
COPY . /source
RUN pip install --no-cache-dir --root-user-action ignore --prefix /install "/source[${EXTRAS}]"

FROM python:3.12-slim
COPY --from=build /install /usr/local
# No user's home is needed, and no file is written but below /data and $TMPDIR, so the root may be read-only.
ENV PYTHONDONTWRITEBYTECODE=1
RUN install -d -o 10001 -g 10001 -m 700 /data
WORKDIR /data
VOLUME /data
USER 10001:10001
ENTRYPOINT ["import-contacts"]
