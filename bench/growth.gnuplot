# Draws what bench/growth measured; `table` and `out` are given.
set terminal svg size 960,560 font "sans-serif,12" background "white"
set output out
set datafile separator "\t"
set multiplot layout 2,3
set logscale xy 2
set format "%g"
set yrange [0.5:64]
set style line 1 linewidth 2 pointtype 7 pointsize 0.6 linecolor "#1f77b4"
set style line 2 linewidth 2 pointtype 5 pointsize 0.6 linecolor "#d62728"
set style line 3 linewidth 2 pointtype 9 pointsize 0.7 linecolor "#7f7f7f"
unset key
do for [property in "images rows levels 'planes x streams' threads"] {
  set title property
  select(column) = strcol(1) eq property ? column : NaN
  plot table using (select(column(2))):3 with linespoints linestyle 1, \
       '' using (select(column(2))):4 with linespoints linestyle 2, \
       '' using (select(column(2))):($5 / 100) with linespoints linestyle 3
}
# The sixth panel is the legend.
unset title
unset border
unset tics
unset logscale
set key center center
set xrange [0:1]
set yrange [0:1]
plot NaN with linespoints linestyle 1 title "ms per image", \
     NaN with linespoints linestyle 2 title "network-wise search, s", \
     NaN with linespoints linestyle 3 title "peak memory, 100 MiB"
unset multiplot
