/**
 * How the page of a digest looks. Colours stand as they are, without variables, since mail clients
 * know none; they are turned round where it is dark, and kept when it is printed.
 */

const light = `
  :root { color-scheme: light dark }
  * { box-sizing: border-box }
  body { margin: 0; padding: 32px 16px 48px; background: #f4f5f7; color: #1d2530; font: 15px/1.5 -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; -webkit-text-size-adjust: 100% }
  .page { max-width: 720px; margin: 0 auto }
  h1, h2, h3 { margin: 0; font-weight: 650; letter-spacing: -0.01em }
  h1 { font-size: 27px; line-height: 1.25 }
  h2 { margin: 36px 0 12px; font-size: 13px; letter-spacing: 0.04em; text-transform: uppercase; color: #5d6979 }
  h3 { display: inline; font-size: 18px; overflow-wrap: anywhere }
  .head { padding: 26px 28px 24px; border-radius: 14px 14px 0 0; color: #ffffff }
  .head.good { background: #0b6b4a }
  .head.bad { background: #a92318 }
  .head.late { background: #8a5200 }
  .kind, .period { font-size: 13px; opacity: 0.85 }
  .kind { margin-bottom: 6px; font-weight: 600 }
  .period { margin-top: 8px }
  .tiles { background: #ffffff; border: 1px solid #dfe3e8; border-top: 0; border-radius: 0 0 14px 14px; border-collapse: separate; table-layout: fixed }
  .tile { padding: 18px 12px 18px 20px; border-left: 1px solid #eceff2 }
  .tile:first-child { border-left: 0; padding-left: 28px }
  .figure { font-size: 23px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums }
  .label { font-size: 13px; font-weight: 600 }
  .note { font-size: 13px; line-height: 1.45; color: #5d6979; overflow-wrap: anywhere }
  .card { margin: 0 0 14px; padding: 18px 24px 20px; background: #ffffff; border: 1px solid #dfe3e8; border-left: 4px solid #dfe3e8; border-radius: 10px; break-inside: avoid }
  .legend { margin: 0 4px }
  .card.good { border-left-color: #12936a }
  .card.bad { border-left-color: #d0382b }
  .card.late { border-left-color: #c77700 }
  .card.open { border-left-color: #4a6785 }
  .pill { display: inline-block; margin-left: 8px; padding: 1px 10px; border-radius: 10px; font-size: 13px; font-weight: 600; white-space: nowrap; vertical-align: 2px }
  .pill.good { background: #d9f3e7; color: #075c3e }
  .pill.bad { background: #fde3e0; color: #97190f }
  .pill.late { background: #fdeccb; color: #7a4700 }
  .pill.open { background: #e3ebf4; color: #33506e }
  .day { width: 25px; height: 25px; border-radius: 6px; font-size: 12px; line-height: 25px; font-variant-numeric: tabular-nums; padding: 0 }
  .day.own { background: #12805c; color: #ffffff }
  .day.older { background: #d9f3e7; color: #075c3e }
  .day.none { background: #eceff2; color: #5d6979 }
  .facts { margin-top: 12px; border-collapse: collapse }
  .facts th, .facts td { padding: 5px 0; border-top: 1px solid #eceff2; font-size: 14px; text-align: left; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
  .facts th { width: 116px; padding-right: 14px; font-weight: 400; color: #5d6979; white-space: nowrap }
  .trouble { margin-top: 12px; padding: 12px 16px; border-radius: 8px; background: #fdf3e0; font-size: 14px; overflow-wrap: anywhere }
  .trouble.bad { background: #fdf0ee }
  .page > .trouble { margin-bottom: 12px }
  pre { margin: 8px 0 0; padding: 9px 12px; border-radius: 6px; background: #f0f2f5; color: #1d2530; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre-wrap; overflow-wrap: anywhere }
  pre span { display: inline-block; max-width: 100%; vertical-align: top }
  pre + .note { margin-top: 8px }
  .trouble pre { background: #ffffff }
  .list { background: #ffffff; border: 1px solid #dfe3e8; border-radius: 10px; border-collapse: separate; padding: 4px 24px }
  .list td { padding: 9px 0; border-top: 1px solid #eceff2; font-size: 14px; overflow-wrap: anywhere }
  .list tr:first-child td { border-top: 0 }
  .brief { background: #ffffff; border: 1px solid #dfe3e8; border-radius: 10px; border-collapse: separate; padding: 4px 16px }
  .brief th, .brief td { padding: 5px 8px; border-top: 1px solid #eceff2; font-size: 14px; text-align: left; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
  .brief th { font-weight: 600 }
  .brief thead th { border-top: 0; font-weight: 400; color: #5d6979; overflow-wrap: normal }
  .brief .dot { font-size: 11px }
  .brief + .legend { margin-top: 8px }
  .list .dot { width: 20px; font-size: 11px; line-height: 21px }
  .dot.good { color: #12936a }
  .dot.bad { color: #d0382b }
  .dot.late { color: #c77700 }
  .dot.open { color: #4a6785 }
  ul { margin: 0; padding: 14px 24px 14px 42px; background: #ffffff; border: 1px solid #dfe3e8; border-radius: 10px }
  li { padding: 5px 0; font-size: 14px }
  .foot { margin-top: 36px; padding-top: 16px; border-top: 1px solid #dfe3e8; font-size: 13px; color: #5d6979 }
`

const dark = `
  body { background: #11151b; color: #e7ebf0 }
  .tiles, .card, .list, .brief, ul { background: #1a2029; border-color: #2e3743 }
  .card.good { border-left-color: #2fbf8f }
  .card.bad { border-left-color: #f0695c }
  .card.late { border-left-color: #e8a33d }
  .card.open { border-left-color: #7f9dbd }
  .tile, .facts th, .facts td, .list td, .brief th, .brief td { border-color: #2a323d }
  .foot { border-color: #2e3743 }
  h2, .note, .facts th, .brief thead th, .foot { color: #9aa7b8 }
  .pill.good, .day.older { background: #0f3f30; color: #8fe3c3 }
  .pill.bad { background: #55201b; color: #ffb9b1 }
  .pill.late { background: #4a3510; color: #f6cf8d }
  .pill.open { background: #1d2b3b; color: #a9c6e6 }
  .day.none { background: #2a323d; color: #9aa7b8 }
  .trouble { background: #33270f }
  .trouble.bad { background: #3a1d1b }
  pre, .trouble pre { background: #11151b; color: #e7ebf0 }
  .dot.good { color: #2fbf8f }
  .dot.bad { color: #f0695c }
  .dot.late { color: #e8a33d }
  .dot.open { color: #7f9dbd }
`

const narrow = `
  body { padding: 12px 8px 32px }
  .head { padding: 20px }
  .tile, .tile:first-child { display: inline-block; width: 50%; padding: 14px 12px 14px 20px; border-left: 0 }
  .card, .list { padding-left: 16px; padding-right: 16px }
  .brief { padding: 4px }
  .brief th, .brief td { padding: 5px; font-size: 13px }
  .days { float: none; margin-top: 8px }
  .top > tbody > tr > td { display: block }
  .facts th { width: 96px; padding-right: 10px }
`

const print = `
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
  body { padding: 0; background: #ffffff; color: #1d2530; font-size: 12px }
  .page { max-width: none }
  h1 { font-size: 22px }
  h2 { margin: 20px 0 8px; font-size: 12px; break-after: avoid }
  .head { padding: 14px 20px }
  .tile, .tile:first-child { padding: 10px 12px }
  .card { margin-bottom: 10px; padding: 10px 16px }
  .facts { margin-top: 6px }
  .facts th, .facts td { padding: 2px 0; font-size: 12px }
  .trouble { margin-top: 8px; padding: 8px 12px; font-size: 12px }
  .list, .brief { padding: 2px 12px }
  .list td, .brief th, .brief td { padding: 2px 6px 2px 0; font-size: 12px }
  .note, .label, pre, li { font-size: 12px }
  .list td .note { display: inline; margin-left: 6px }
  .trouble, .list tr, .brief tr, li, .tiles { break-inside: avoid }
  .foot { margin-top: 20px; padding-top: 8px; font-size: 11px }
`

export const digestStyle = `${light}@media screen and (prefers-color-scheme: dark) {${dark}}
@media (max-width: 560px) {${narrow}}
@media print {${print}}`
