#!/usr/bin/env python3
"""Draws the pictures of docs/encodings.md: docs/encodings/draw.py docs/encodings"""
import sys


def draw(title, cols, rows_txt, adcs, note):
    """The picture of bit lines `cols`, (label, what their cells hold from the top), crossed by word
    lines `rows_txt`; each of `adcs` is (first bit line, last, sign between them, its factor)."""
    n = len(cols)
    x0, dx, y0, dy = 170, 46, 44, 34
    rows = len(cols[0][1])
    w, h = max(x0 + n * dx + 30, 430), y0 + rows * dy + 120
    o = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" font-family="sans-serif" font-size="13">',
       f'<title>{title}</title>',f'<rect width="{w}" height="{h}" fill="#fff"/>']
    for r in range(rows):
        y = y0 + r * dy
        o.append(f'<line x1="{x0-30}" y1="{y}" x2="{x0+n*dx-20}" y2="{y}" stroke="#888"/>')
        o.append(f'<text x="{x0-36}" y="{y+4}" text-anchor="end">{rows_txt[r]}</text>')
    yb = y0 + rows * dy
    for c,(lab,cells) in enumerate(cols):
        x = x0 + c * dx
        o.append(f'<line x1="{x}" y1="{y0-16}" x2="{x}" y2="{yb}" stroke="#2a6f97" stroke-width="2"/>')
        o.append(f'<text x="{x}" y="{y0-22}" text-anchor="middle" fill="#2a6f97">{lab}</text>')
        for r,v in enumerate(cells):
            y = y0 + r * dy
            fill = '#ffe8b0' if v not in ('0', '−1') else '#fff'
            o.append(f'<rect x="{x-13}" y="{y-11}" width="26" height="22" fill="{fill}" stroke="#555"/>')
            o.append(f'<text x="{x}" y="{y+4}" text-anchor="middle">{v}</text>')
    for (a,b,sym,lab) in adcs:
        xa, xb = x0 + a * dx, x0 + b * dx
        xm = (xa + xb) / 2
        if a != b:
            o.append(f'<path d="M{xa} {yb} V{yb+8} H{xb} V{yb}" fill="none" stroke="#2a6f97" stroke-width="2"/>')
            o.append(f'<circle cx="{xm}" cy="{yb+8}" r="9" fill="#fff" stroke="#2a6f97"/><text x="{xm}" y="{yb+12}" text-anchor="middle">{sym}</text>')
            o.append(f'<line x1="{xm}" y1="{yb+17}" x2="{xm}" y2="{yb+26}" stroke="#2a6f97" stroke-width="2"/>')
        else:
            o.append(f'<line x1="{xm}" y1="{yb}" x2="{xm}" y2="{yb+26}" stroke="#2a6f97" stroke-width="2"/>')
        o.append(f'<path d="M{xm-18} {yb+26} h36 v14 l-18 12 l-18 -12 z" fill="#d9ead3" stroke="#555"/>')
        o.append(f'<text x="{xm}" y="{yb+39}" text-anchor="middle" font-size="11">ADC</text>')
        o.append(f'<text x="{xm}" y="{yb+68}" text-anchor="middle">{lab}</text>')
    o.append(f'<text x="10" y="{h-14}" fill="#444">{note}</text></svg>')
    return '\n'.join(o)+'\n'


out = sys.argv[1]
# weights 3, -2, 0 of three bits (n_w = 3), one-bit cells
rows = ['input 1, weight 3', 'input 2, weight −2', 'input 3, weight 0']
open(out+'/differential.svg','w').write(draw('differential: weights on pairs of bit lines',
 [('+',['1','0','0']),('−',['0','0','0']),('+',['1','0','0']),('−',['0','1','0'])],rows,
 [(0,1,'−','· 1'),(2,3,'−','· 2')],'Two planes of magnitude; the sign chooses the bit line of a pair.'))
open(out+'/twos-complement.svg','w').write(draw("twos-complement: bits of the weight on single bit lines",
 [('bit 0',['1','0','0']),('bit 1',['1','1','0']),('sign',['0','1','0'])],rows,
 [(0,0,'','· 1'),(1,1,'','· 2'),(2,2,'','· −4')],'Three planes; the sums of the sign are subtracted.'))
open(out+'/offset.svg','w').write(draw('offset: bits of weight + 4, and a reference bit line',
 [('bit 0',['1','0','0']),('bit 1',['1','1','0']),('bit 2',['1','0','1']),('ref',['1','1','1'])],rows,
 [(0,0,'','· 1'),(1,1,'','· 2'),(2,2,'','· 4'),(3,3,'','· −4')],'Weights 3, −2, 0 are stored as 7, 2, 4.'))
rows = ['input 1, weight 3', 'input 2, weight −1', 'input 3, weight −3']
open(out+'/bipolar.svg','w').write(draw('bipolar: cells of −1 and +1',
 [('bit 0',['+1','+1','−1']),('bit 1',['+1','−1','−1'])],rows,
 [(0,0,'','· 1'),(1,1,'','· 2')],'Odd weights; every driven cell pulls the sum up or down.'))
