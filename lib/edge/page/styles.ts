/**
 * The look of the page: calm paper, one strong answer, figures in columns. Colours are named for
 * what they mean; light and dark are the same page. Contrast is at least 4.5 to 1 for every text.
 */

const colours = `
:root{color-scheme:light dark;
--paper:#faf9f6;--card:#fff;--ink:#1a1d21;--soft:#5a626b;--line:#e2dfd8;--faint:#f1efe9;
--good:#1b6e3f;--good-wash:#e6f2ea;--good-cell:#3f9d68;
--late:#8a5200;--late-wash:#fbf0dc;
--bad:#b3261e;--bad-wash:#fbe7e4;
--open:#3d5a78;--open-wash:#e7edf4;
--none:#5a626b;--none-wash:#eeece6;--cell-low:#9cc9ae;--cell-gone:#cfcac0;--focus:#1d5fd1}
@media(prefers-color-scheme:dark){:root{
--paper:#121416;--card:#1a1d20;--ink:#e9eaec;--soft:#a2abb4;--line:#2d3237;--faint:#20242a;
--good:#7fdca2;--good-wash:#14261b;--good-cell:#4cb87a;
--late:#f0bd62;--late-wash:#2a2111;
--bad:#ff9d94;--bad-wash:#2f1715;
--open:#a6c4e5;--open-wash:#172230;
--none:#a2abb4;--none-wash:#1e2226;--cell-low:#2f6b49;--cell-gone:#454c54;--focus:#8ab4ff}}`

const ground = `
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:1rem/1.55 Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
.wide{max-width:70rem;margin:0 auto;padding-inline:clamp(1rem,4vw,2.5rem)}
h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:clamp(1.9rem,1.3rem + 2.6vw,3.1rem);line-height:1.1;letter-spacing:-.022em;font-weight:650;
text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.2rem;letter-spacing:-.01em;line-height:1.3;font-weight:650}
h3{font-size:1rem;line-height:1.4;font-weight:650;overflow-wrap:anywhere}h3 .since{white-space:nowrap}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.18em;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:3px;border-radius:4px}
main:focus{outline:none}
code{font:.875em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
dt,.soft{color:var(--soft)}dt,dd{overflow-wrap:anywhere}
.defs{position:absolute;width:0;height:0}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--card);padding:.5rem 1rem;border-radius:.5rem;z-index:1}
.skip:focus{top:1rem}
.mark{width:1.05em;height:1.05em;flex:none;fill:currentColor}`

const hero = `
.hero{padding:1.25rem 0 2.75rem;border-bottom:1px solid var(--line)}
.hero.good{background:var(--good-wash)}.hero.late{background:var(--late-wash)}.hero.bad{background:var(--bad-wash)}
.hero.open{background:var(--open-wash)}.hero.none{background:var(--none-wash)}
.above{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;font-size:.9rem;color:var(--soft);margin-bottom:2.5rem}
.above b{color:var(--ink);font-weight:650}
.answer{display:flex;gap:clamp(.9rem,2.2vw,1.6rem);align-items:flex-start}
.answer>.mark{width:clamp(2.3rem,1.6rem + 3vw,3.6rem);height:clamp(2.3rem,1.6rem + 3vw,3.6rem);margin-top:.05em}
.good>.wide>.answer>.mark{color:var(--good)}.late>.wide>.answer>.mark{color:var(--late)}
.bad>.wide>.answer>.mark{color:var(--bad)}.open>.wide>.answer>.mark{color:var(--open)}.none>.wide>.answer>.mark{color:var(--none)}
.lead{font-size:1.125rem;margin-top:.7rem;max-width:46rem;text-wrap:pretty}
main>section{margin-top:3rem}
main>section>h2{margin-bottom:1rem}
main>section>p:not(.legend){max-width:46rem;text-wrap:pretty}main>section>p+p:not(.legend){margin-top:.6rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1.25rem 2rem;margin-top:2rem}
.figures dt{font-size:.875rem}.figures .long{grid-column:1/-1;max-width:46rem}
.figures dd{font-size:1.375rem;font-weight:600;letter-spacing:-.01em;line-height:1.3}
.figures dd small{display:block;font-size:.875rem;font-weight:400;letter-spacing:0;color:var(--soft);line-height:1.45}
footer{margin:4rem 0 3rem;padding-top:1.25rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--soft);
display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;align-items:baseline}
footer details{flex-basis:100%}footer pre{overflow-wrap:anywhere;white-space:pre-wrap;margin:.5rem 0 0;font-size:.8125rem}`

const parts = `
.chip{display:inline-flex;align-items:baseline;gap:.4em;font-size:.875rem;font-weight:600;white-space:nowrap}
.chip .mark{align-self:center}
.chip.good{color:var(--good)}.chip.late{color:var(--late)}.chip.bad{color:var(--bad)}.chip.open{color:var(--open)}.chip.none{color:var(--none)}
.command{display:block;background:var(--faint);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem;
white-space:pre-wrap;-webkit-user-select:all;user-select:all;color:var(--ink)}
.command span{display:inline-block;max-width:100%;vertical-align:top}
.troubles{display:grid;gap:1rem}
.trouble{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--none);border-radius:.75rem;padding:1rem 1.35rem 1rem 1.1rem}
.trouble.bad{border-left-color:var(--bad)}.trouble.late{border-left-color:var(--late)}.trouble.open{border-left-color:var(--open)}
.trouble p{max-width:50rem;text-wrap:pretty}
.trouble summary{width:auto;cursor:pointer;padding:0;}
.trouble details{padding-left:1.2rem}.trouble summary{margin-left:-1.2rem;list-style-position:inside}
.trouble summary::marker{color:var(--soft)}
.trouble details[open]>summary{margin-bottom:.5rem}.trouble details>*+*{margin-top:.55rem}
.trouble summary>*{margin-right:.7rem}.trouble h3,.trouble summary .chip{display:inline-flex;vertical-align:baseline}
.trouble h3{font-size:1.0625rem}
.since{color:var(--soft);font-size:.875rem;text-wrap:pretty}
.facts{display:grid;gap:.15rem 1rem;font-size:.9375rem}
.facts div{display:grid;grid-template-columns:minmax(6.5rem,9rem) 1fr;gap:0 1rem}
.facts+*,*+.facts{margin-top:.6rem}
.block{display:block;width:100%;height:1.5rem;border-radius:3px;background:var(--good-cell)}
.block.earlier{background:linear-gradient(transparent 60%,var(--cell-low) 60%);border-radius:0 0 3px 3px}
.block.gone{background:linear-gradient(transparent 86%,var(--cell-gone) 86%);border-radius:0}
.strip{display:block;height:18px;width:auto;max-width:100%}
.strip .own{fill:var(--good-cell)}.strip .earlier{fill:var(--cell-low)}.strip .gone{fill:var(--cell-gone)}
.spark{display:block;width:84px;height:24px}
.spark path,.plot .line{fill:none;stroke:var(--open);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.spark circle,.plot circle{fill:var(--open)}
.plot .area{fill:var(--open-wash)}.plot .line{stroke-width:2}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:1.25rem}
.plot{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.9rem 1.1rem 1rem}
.plot figcaption{display:flex;justify-content:space-between;gap:1rem;align-items:baseline}
.plot figcaption span,.plot p{color:var(--soft);font-size:.875rem}
.plot figcaption b{font-size:1.125rem;font-weight:600;white-space:nowrap}
.plot svg{display:block;width:100%;height:auto;margin:.5rem 0 .35rem}`

const lists = `
.cards{display:grid;gap:1.25rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.5rem clamp(1.1rem,2.5vw,1.75rem) 1.6rem}
.card>header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center}
.card h2,.card h3.name{font-size:1.5rem;letter-spacing:-.015em}
.card .figures{margin-top:1rem;grid-template-columns:repeat(3,1fr)}.card:has(.figures>:nth-child(4)) .figures{grid-template-columns:repeat(4,1fr)}
.card .tail{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;align-items:flex-end;justify-content:space-between;margin-top:1.25rem}.card .grown{text-align:right}.card .grown .spark{margin-left:auto}
.tail small,.rows small{display:block;color:var(--soft);font-size:.8125rem}
.spans{display:flex;flex-wrap:wrap;gap:.9rem 1.6rem}.spans .strip{height:30px;margin-bottom:.35rem}
.card>details{margin-top:1.1rem}
.rows>li{display:grid;grid-template-columns:7rem minmax(9rem,1.3fr) minmax(21rem,2.6fr) auto auto;gap:.2rem 1.25rem;align-items:center;padding:.7rem .25rem;border-top:1px solid var(--line)}
.rows>li:last-child{border-bottom:1px solid var(--line)}
.group{margin-top:.75rem}.group>summary{padding:.5rem 0}.group .rows{margin-top:0}
h2 .since{font-weight:400;letter-spacing:0;margin-left:.75rem;font-size:.9375rem}.self>summary h2{display:inline}.self>summary .since{margin-left:.75rem}.self .figures{margin:1rem 0 2rem}
.here{color:var(--soft);font-weight:400;white-space:nowrap}
.rows h3 a{text-decoration:none}.rows h3 a:hover{text-decoration:underline}
.rows dl{display:grid;grid-template-columns:repeat(3,1fr);gap:0 1rem;font-size:.9375rem}
.rows dt{font-size:.8125rem;line-height:1.3}.rows dd,.rows dt{white-space:nowrap}.rows{margin-top:1rem}
.more{columns:14rem;margin-top:1.25rem}
.calendar{display:grid;grid-template-columns:7fr 4fr 12fr;gap:1.5rem 2.25rem}
.calendar h3{font-size:.875rem;font-weight:600;margin-bottom:.5rem}
.calendar ul{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:.3rem}
.cell{display:block;text-decoration:none;text-align:center;font-size:.75rem;line-height:1.25;border-radius:4px;padding-bottom:.15rem}
a.cell:hover .top{text-decoration:underline}
.cell .block{height:2.25rem;margin-bottom:.3rem}
.cell .top,.cell .below{display:block;white-space:nowrap}.cell .below{color:var(--soft);font-size:.6875rem}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;margin-top:1.1rem;font-size:.875rem;color:var(--soft)}
.legend>span{display:inline-flex;gap:.5rem;align-items:center}
.legend .block{display:inline-block;width:1rem;height:1rem}
.snapshots>li{padding:.8rem .25rem;border-top:1px solid var(--line);scroll-margin-top:1rem}
.snapshots>li:target{background:var(--open-wash);box-shadow:0 0 0 .5rem var(--open-wash);border-radius:2px}
.snapshots .line{display:grid;grid-template-columns:8rem minmax(20rem,2fr) minmax(6rem,.7fr) minmax(6rem,1.3fr) minmax(6rem,1fr);gap:.15rem 1rem;align-items:baseline}
.snapshots .line>span:nth-child(n+3){text-align:right}
.snapshots h3{font-weight:600}.snapshots h3 .since{font-weight:400}
.snapshots .why{color:var(--soft);font-size:.9375rem;margin-left:9rem;text-wrap:pretty}
.snapshots .findings{margin:.4rem 0 .4rem 9rem;display:grid;gap:.25rem;font-size:.9375rem}
.snapshots .tail{display:flex;flex-wrap:wrap;gap:0 1.5rem;justify-content:space-between;margin-left:9rem;font-size:.9375rem}
.snapshots .tail .why{margin-left:0}.snapshots details[open]{flex-basis:100%}.snapshots summary{padding:0}.snapshots .command+p{margin-top:.5rem}
section>.command{margin-top:.75rem}section>.command+p{margin-top:.75rem}.calendar{margin-top:1rem}
summary{cursor:pointer;width:fit-content;padding:.15rem 0}
details[open]>summary{margin-bottom:.4rem}
.told{display:grid;gap:.4rem}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem 3rem}
.two h3{margin-bottom:.4rem}
form label{display:block;font-weight:600;margin-bottom:.35rem}
input,button{font:inherit;color:inherit;border:1px solid var(--soft);border-radius:.5rem;background:var(--card);padding:.6rem .85rem}
input{width:100%;max-width:34rem;display:block}
button{cursor:pointer;font-weight:600}
form.find{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:center;margin-top:1rem}form.find input{flex:0 1 18rem;min-width:0}form.find+p{margin-top:.6rem}
.turn{display:flex;justify-content:space-between;gap:1rem;margin-top:1rem}
form.ask button{margin-top:1rem;background:var(--ink);color:var(--paper);border-color:var(--ink)}
footer button{border:0;background:none;padding:0;font-weight:400;color:inherit;text-decoration:underline;text-underline-offset:.18em}`

const small = `
@media(min-width:60.01rem){.rows>li+li dt{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
@media(max-width:60rem){
.trouble summary .since{display:block;margin:.15rem 0 0 1.2rem}
.rows>li{grid-template-columns:auto 1fr auto;padding:.9rem 0}
.rows .chip{grid-row:1;grid-column:3}.rows h3{grid-row:1;grid-column:1/3}.rows dl,.rows .cover{grid-column:1/4}.rows .grown{display:none}.rows .cover{margin-top:.4rem}
.calendar{grid-template-columns:7fr 4fr}.calendar .months{grid-column:1/3}}
@media(max-width:44rem){
main>section{margin-top:2.25rem}
.figures{grid-template-columns:1fr 1fr;gap:1.1rem 1rem}
.figures dd{font-size:1.125rem}
.hero{padding-bottom:1.5rem}.above{margin-bottom:1.1rem}.lead{font-size:1rem}
h2 .since,.self>summary .since{display:block;margin:.1rem 0 0}
.trouble{padding:.85rem 1rem}.trouble details{padding-left:0}.trouble summary,.trouble summary .since{margin-left:0}
.command{padding:.5rem .6rem;font-size:.8125em}form.find label{flex-basis:100%;margin:0}form.find input{flex:1 1 10rem}
.card{padding:.9rem 1rem 1rem}.card h3.name{font-size:1.25rem}
.card .figures,.card:has(.figures>:nth-child(4)) .figures{grid-template-columns:1fr;gap:.25rem;margin-top:.6rem}
.card .figures div{display:flex;justify-content:space-between;gap:1rem;align-items:baseline}.card .figures dd{font-size:1rem}.card .figures dd small,.card .spark{display:none}
.card .tail{margin-top:.9rem;gap:.6rem 1rem}.spans{gap:.6rem .8rem}.spans .strip{height:18px}.spans small{font-size:.75rem}.card>details{margin-top:.5rem}
footer{margin:2rem 0 1.5rem}
.facts div{grid-template-columns:1fr}.facts div+div{margin-top:.3rem}
.calendar{grid-template-columns:1fr}.calendar .months{grid-column:auto}
.calendar .months ul{grid-template-columns:repeat(6,1fr);grid-auto-flow:row;row-gap:.7rem}
.snapshots .line{grid-template-columns:auto auto 1fr}
.snapshots .line>span:nth-child(1){grid-column:1/4}.snapshots .line>:nth-child(2){grid-column:1/4}
.snapshots .line>span:nth-child(n+3){text-align:left;font-size:.875rem}
.snapshots .why,.snapshots .findings,.snapshots .tail{margin-left:0}}
@media(forced-colors:active){.block,.strip path{forced-color-adjust:none}}
@media print{html{font-size:80%}.hero[class]{background:none}.skip,form,form[class],.turn,footer>span:nth-child(-n+2){display:none}.rows>li{grid-template-columns:12rem 1fr auto;padding:.2rem 0}.rows h3{grid-column:1}.rows dl{grid-row:1;grid-column:2}.rows>li+li dt,.rows .cover,.group~.legend{display:none}.plots{grid-template-columns:repeat(4,1fr)}.snapshots .line{grid-template-columns:8rem 1fr auto auto auto}.figures{grid-template-columns:repeat(auto-fit,minmax(8rem,1fr))}.card,.trouble,.rows>li,.snapshots>li,.plot{break-inside:avoid}.hero,.above{margin-bottom:.5rem;padding-block:.5rem}details::details-content{content-visibility:visible}}`

export const styles = [colours, ground, hero, parts, lists, small].join('').replaceAll('\n', '')
