// What do all files of tests share? Vitest reads this anew for each of them, and what it imports once.
import './fakes/once'
