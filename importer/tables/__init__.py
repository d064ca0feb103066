"""The files of rows: results and errors, as CSV and as workbooks."""
