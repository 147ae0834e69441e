module unitvar

go 1.19
