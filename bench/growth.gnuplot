# Draws what bench/growth measured; `table` and `out` are given.
set terminal svg size 960,560 font "sans-serif,12" background "white"
set output out
set datafile separator "\t"
set multiplot layout 2,3
set logscale xy 2
set grid linecolor "#dddddd"
set format y "%g"
set format x "%g"
set key top left samplen 1
do for [property in "images rows levels 'planes x streams' threads"] {
  set title property
  select(column) = strcol(1) eq property ? column : NaN
  plot table using (select(column(2))):3 with linespoints linewidth 2 pointtype 7 pointsize 0.6 \
         linecolor "#1f77b4" title "ms per image", \
       '' using (select(column(2))):4 with linespoints linewidth 2 pointtype 5 pointsize 0.6 \
         linecolor "#d62728" title "search, s", \
       '' using (select(column(2))):($5 / 100) with linespoints linewidth 2 pointtype 9 pointsize 0.7 \
         linecolor "#7f7f7f" title "memory, 100 MiB"
}
unset multiplot
