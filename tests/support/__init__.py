"""What tests share, by subject: servers, runs, ledgers, terminals, workbooks, certificates, chaos."""
