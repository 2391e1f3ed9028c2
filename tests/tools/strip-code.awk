# Prints C sources as FILE:LINE:CODE without comments and without what is in quotes, but for #include lines.
function strip(line,    code, quote) {
    code = ""
    while (line != "") {
        if (comment) {
            if (!(at = index(line, "*/")))
                return code
            line = substr(line, at + 2)
            comment = 0
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/))
            return code line
        quote = substr(line, RSTART, RLENGTH)
        code = code substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (quote == "//")
            return code
        if (quote == "/*") {
            comment = 1
            continue
        }
        if (!match(line, quote == "'" ? "^([^'\\\\]|\\\\.)*'" : "^([^\"\\\\]|\\\\.)*\""))
            return code
        line = substr(line, RLENGTH + 1)
        code = code quote quote
    }
    return code
}
FNR == 1 { comment = 0 }
!comment && match($0, /^ *# *include *("[^"]*"|<[^>]*>)/) {
    print FILENAME ":" FNR ":" substr($0, 1, RLENGTH)
    next
}
{ print FILENAME ":" FNR ":" strip($0) }
