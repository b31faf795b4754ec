"""Reports as files of other programs: a workbook."""
