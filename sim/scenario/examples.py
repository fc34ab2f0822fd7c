"""One example for each key of a scenario: overlays of a small mall, for the reference and editors.

A test loads each of them, so they are true.
"""

from __future__ import annotations

import re
from typing import Any

from sim.scenario.document import parse
from sim.scenario.keys import places
from sim.scenario.tree import plain

SMALL = """\
name: A small mall
calendar: {hours: 08:30-15:30}
agencies:
  dukcapil:
    counters: 3
    services:
      ktp: {time: {mean: 9 min, sd: 5 min}}
      kk: {time: {mean: 12 min, sd: 6 min}}
  bank:
    counters: 1
    services:
      bayar: {time: {mean: 5 min, sd: 3 min}}
journeys:
  ktp: {per_day: 60, stops: [dukcapil.ktp]}
  kk: {per_day: 20, stops: [dukcapil.kk, {bank.bayar: 40 %}]}
"""
"""The mall over which each example can be laid."""

EXAMPLES: dict[str, str] = {
    "Scenario.extends": """
        extends: small.yaml
        name: More for the bank
        journeys: {kk: {per_day: 30}}
        """,
    "Scenario.name": """
        name: MPP Kota Lhokseumawe
        """,
    "Scenario.description": """
        description:
          id: Minggu biasa; jam bukanya menurut Banda Aceh, angka lain kebanyakan asumsi.
          en: An ordinary week; the hours are those of Banda Aceh, most other figures are assumed.
        """,
    "Scenario.calendar": """
        calendar:
          hours: 08:00-15:00
          breaks: 12:30-13:00
        """,
    "Scenario.hall": """
        hall: {capacity: 150, seats: 80}
        """,
    "Scenario.entrance": """
        entrance: [kiosk.ticket]
        agencies:
          kiosk: {machines: 2, services: {ticket: {time: {mean: 40 s, sd: 30 s}}}}
        """,
    "Scenario.tickets": """
        tickets: all_at_entrance
        """,
    "Scenario.visitors": """
        visitors:
          general: {}
          elderly: {share: 12 %, priority: 1}
        """,
    "Scenario.demand": """
        demand:
          weekday: {mon: 1.3, fri: 0.7}
          day_to_day: 15 %
        """,
    "Scenario.agencies": """
        agencies:
          bank:
            counters: 2
        """,
    "Scenario.journeys": """
        journeys:
          bayar: {per_day: 15, stops: [bank.bayar]}
        """,
    "Scenario.decision": """
        decision:
          every_agency_keeps: promise
          refused_at_most: 3 of 100
        """,
    "Scenario.observed": """
        observed:
          visits_per_day: 280
          dukcapil.ktp.wait.mean: 18 min
        """,
    "Scenario.expect": """
        expect:
          dukcapil.ktp.called_in_time: ">= 60 %"
          bank.wait.p90: "<= 45 min"
        """,
    "Scenario.tolerance": """
        tolerance: 30 s
        """,
    "Scenario.sources": """
        sources:
          agencies: assumption
          dukcapil.services.ktp.time: "timed on two mornings"
        """,
    "Scenario.plausible": """
        plausible:
          journeys.ktp.per_day: 40 .. 80
          dukcapil.services.ktp.time.mean: 8 min .. 15 min
        """,
    "Calendar.days": """
        calendar:
          days: mon-thu, sat
        """,
    "Calendar.hours": """
        calendar:
          hours: {mon-thu: 08:30-15:30, fri: 08:30-16:00}
        """,
    "Calendar.breaks": """
        calendar:
          breaks: {mon-thu: 12:30-14:00, fri: 11:30-14:00}
        """,
    "Calendar.doors": """
        calendar:
          doors: 08:00
        """,
    "Calendar.last_ticket": """
        calendar:
          last_ticket: {mon-thu: 15:00, fri: 14:30}
        """,
    "Calendar.at_close": """
        calendar:
          at_close: send_home
        """,
    "Calendar.day_end": """
        calendar:
          day_end: 18:00
        """,
    "Calendar.only": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          only: 2025-03-01 .. 2025-03-31
        """,
    "Calendar.open": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          open: mon-sat
        """,
    "Calendar.holidays": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          holidays: {country: ID, joint_leave: true, 2025-03-03: Closed by the mayor}
        """,
    "Calendar.open_on": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          holidays: {country: ID, joint_leave: true}
          open_on: [2025-05-13, 2025-05-30]
        """,
    "Calendar.seasons": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons: {ramadan: {dates: 2025-03-01 .. 2025-03-29, demand: 0.8}}
        """,
    "Calendar.special": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-04-08: {demand: 1.5}, 2025-08-19: {closed: true}}
        """,
    "Season.dates": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons:
            school: {dates: [2025-06-23 .. 2025-07-12, 2025-12-22 .. 2025-12-31], demand: 1.1}
        """,
    "Season.hours": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons:
            ramadan:
              dates: 2025-03-01 .. 2025-03-29
              hours: {mon-thu: 08:00-15:00, fri: 08:00-16:00}
        """,
    "Season.breaks": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons:
            ramadan:
              dates: 2025-03-01 .. 2025-03-29
              breaks: {mon-thu: 12:30-13:00, fri: 12:00-13:30}
        """,
    "Season.doors": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons: {ramadan: {dates: 2025-03-01 .. 2025-03-29, doors: 08:00}}
        """,
    "Season.last_ticket": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons: {ramadan: {dates: 2025-03-01 .. 2025-03-29, last_ticket: 14:30}}
        """,
    "Season.profile": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons:
            ramadan: {dates: 2025-03-01 .. 2025-03-29, profile: {08:30: 20, 10:00: 25, 13:00: 5}}
        """,
    "Season.demand": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          seasons: {ramadan: {dates: 2025-03-01 .. 2025-03-29, demand: 0.8}}
        """,
    "Special.closed": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {closed: true}}
        """,
    "Special.hours": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {hours: 08:30-12:00}}
        """,
    "Special.breaks": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {breaks: none}}
        """,
    "Special.doors": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {doors: 08:15}}
        """,
    "Special.last_ticket": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {last_ticket: 14:00}}
        """,
    "Special.profile": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {profile: {08:30: 20, 10:00: 10}}}
        """,
    "Special.demand": """
        calendar:
          days: 2025-01-06 .. 2025-12-31
          special: {2025-12-24: {demand: 1.5}}
        """,
    "Calendar.continuous": """
        calendar:
          hours: null
          continuous: 60 days
        """,
    "Calendar.warm_up": """
        calendar: {hours: null, continuous: 60 days, warm_up: 5 days}
        """,
    "Hall.capacity": """
        hall: {capacity: 150}
        """,
    "Hall.when_full": """
        hall: {capacity: 150, when_full: line}
        """,
    "Hall.standing_patience": """
        hall: {seats: 80, standing_patience: 60 %}
        """,
    "Hall.seats": """
        hall: {seats: 80}
        """,
    "Hall.walk": """
        hall:
          walk: {dist: uniform, low: 20 s, high: 90 s}
        """,
    "Hall.outage": """
        hall:
          outage: {times: 2 per month, lasting: {median: 40 min, p90: 3 h}}
        """,
    "VisitorClass.name": """
        visitors:
          general: {}
          elderly: {name: Lansia, share: 12 %}
        """,
    "VisitorClass.people": """
        visitors:
          general: {}
          family: {share: 20 %, people: {2: 50 %, 3: 30 %, 5: 20 %}}
        """,
    "VisitorClass.documents": """
        visitors:
          general: {}
          broker: {name: Biro jasa, share: 3 %, documents: {2: 50 %, 5: 50 %}}
        """,
    "VisitorClass.share": """
        visitors:
          general: {share: 88 %}
          elderly: {share: 12 %}
        """,
    "VisitorClass.priority": """
        visitors:
          general: {}
          elderly: {share: 12 %, priority: 1}
        """,
    "VisitorClass.takes_longer": """
        visitors:
          general: {}
          elderly: {share: 12 %, takes_longer: 1.2}
        """,
    "VisitorClass.patience": """
        visitors:
          general:
            patience: {share: 50 %, dist: weibull, shape: 1.5, mean: 110 min}
        """,
    "VisitorClass.patience_in_mall": """
        visitors:
          general:
            patience_in_mall: {share: 60 %, mean: 2 h, cv: 0.3}
        """,
    "Demand.profile": """
        demand:
          profile: {08:30: 14, 10:00: 20, 12:00: 5, 13:00: 8}
        """,
    "Demand.weekday": """
        demand:
          weekday: {mon: 1.3, tue-thu: 1, fri: 0.7}
        """,
    "Demand.month": """
        calendar: {days: 2025-01-06 .. 2025-12-31}
        demand:
          month: {jan: 1.1, jul-aug: 0.9}
        """,
    "Demand.day_of_month": """
        calendar: {days: 2025-01-06 .. 2025-12-31}
        demand:
          day_of_month: {1-5: 1.2, 25-31: 1.1}
        """,
    "Demand.growth": """
        calendar: {days: 2025-01-06 .. 2025-12-31}
        demand:
          growth: 5 % a year
        """,
    "Demand.day_to_day": """
        demand:
          day_to_day: 15 %
        """,
    "Demand.scale": """
        demand:
          scale: 1.1
        """,
    "Demand.come_back": """
        demand:
          come_back: {refused: 60 %, sent_home: 80 %}
        """,
    "ComeBack.refused": """
        demand:
          come_back: {refused: 60 %}
        """,
    "ComeBack.left": """
        demand:
          come_back: {left: 30 %}
        """,
    "ComeBack.sent_home": """
        demand:
          come_back: {sent_home: 80 %}
        """,
    "ComeBack.incomplete": """
        demand:
          come_back: {incomplete: 90 %}
        """,
    "ComeBack.after": """
        demand:
          come_back: {refused: 60 %, after: {1: 70 %, 5: 30 %}}
        """,
    "ComeBack.at_most": """
        demand:
          come_back: {refused: 60 %, at_most: 2}
        """,
    "Demand.surges": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Surge.journey": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Surge.visits": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Surge.date": """
        calendar: {days: 2025-08-01 .. 2025-08-31}
        demand:
          surges: {aid: {journey: kk, visits: 60, date: 2025-08-04, from: 09:00, to: 11:00}}
        """,
    "Surge.day": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Surge.from": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Surge.to": """
        demand:
          surges:
            aid: {journey: kk, visits: 60, day: mon, from: 09:00, to: 11:00}
        """,
    "Agency.name": """
        agencies:
          dukcapil:
            name: Disdukcapil
        """,
    "Agency.counters": """
        agencies:
          dukcapil:
            counters: {08:30: 3, 09:30: 4}
        """,
    "Agency.machines": """
        agencies:
          kiosk: {machines: 2, services: {ticket: {time: {mean: 40 s, sd: 30 s}}}}
        entrance: [kiosk.ticket]
        """,
    "Agency.promise": """
        agencies:
          dukcapil:
            promise: {wait: 20 min, for: 90 %}
        """,
    "Agency.open": """
        agencies:
          bank:
            open: mon, wed
        """,
    "Agency.last_ticket": """
        agencies:
          bank:
            last_ticket: {mon-thu: 14:00, fri: 11:00}
        """,
    "Agency.quota": """
        agencies:
          dukcapil:
            quota: {08:30: 40, 13:00: 20}
        """,
    "Agency.balking": """
        agencies:
          bank:
            balking: {5: 10 %, 10: 50 %}
        """,
    "Agency.order": """
        agencies:
          dukcapil:
            order: {booked: 2, walk_in: 1}
        """,
    "Agency.call": """
        agencies:
          dukcapil:
            call: {walk_up: 25 s}
        """,
    "Agency.officer_cost": """
        agencies:
          dukcapil:
            officer_cost: 45000
        """,
    "Agency.absence": """
        agencies:
          dukcapil:
            absence: 4 %
        """,
    "Agency.late": """
        agencies:
          dukcapil:
            late: {share: 30 %, mean: 10 min, cv: 0.5}
        """,
    "Agency.away": """
        agencies:
          bank:
            away: 2 %
        """,
    "Agency.told_at": """
        agencies:
          bank: {away: 2 %, told_at: entrance}
        """,
    "Agency.breaks": """
        agencies:
          dukcapil:
            breaks: {mon-thu: 12:00-13:00, fri: {11:30-12:45: 50 %, 12:45-14:00: 50 %}}
        """,
    "Agency.outage": """
        agencies:
          bank:
            outage: {times: 2 per month, lasting: {median: 20 min, p90: 60 min}}
        """,
    "Agency.at_break": """
        agencies:
          dukcapil:
            at_break: {no_start_if_longer_than: 10 min}
        """,
    "Outage.times": """
        agencies:
          bank:
            outage: {times: 3 per year, lasting: {mean: 2 h, sd: 1 h}}
        """,
    "Outage.lasting": """
        agencies:
          bank:
            outage: {times: 1 per week, lasting: {median: 10 min, p90: 40 min}}
        """,
    "Outage.interrupted": """
        agencies:
          dukcapil:
            outage: {times: 1 per week, lasting: {mean: 1 h, sd: 1 h}, interrupted: requeue}
        """,
    "Outage.then": """
        agencies:
          dukcapil:
            outage: {times: 1 per week, lasting: {mean: 20 min, sd: 20 min}, then: restart}
        """,
    "Outage.by_hand_speed": """
        agencies:
          dukcapil:
            outage: {times: 9 per year, lasting: {always: 1 h}, then: by_hand, by_hand_speed: 0.5}
        """,
    "Outage.each": """
        agencies:
          dukcapil:
            outage: {times: 1 per month, lasting: {mean: 30 min, sd: 20 min}, each: true}
        """,
    "Outage.generator": """
        hall:
          outage: {times: 2 per month, lasting: {median: 40 min, p90: 3 h}, generator: 5 min}
        """,
    "Agency.services": """
        agencies:
          bank:
            services: {bayar: {name: Pembayaran}}
        """,
    "Counter.hours": """
        agencies:
          bank:
            counters: {one: {hours: [08:30-12:00, 13:00-14:00]}, two: {}}
        """,
    "Counter.breaks": """
        agencies:
          bank:
            counters: {one: {breaks: none}, two: {breaks: 12:00-13:00}}
        """,
    "Counter.speed": """
        agencies:
          bank:
            counters: {senior: {speed: 1.25}, junior: {speed: 0.8}}
        """,
    "Counter.at_break": """
        agencies:
          bank:
            counters: {senior: {at_break: pause}, junior: {}}
        """,
    "Counter.outage": """
        agencies:
          bank:
            counters: {one: {outage: {times: 1 per week, lasting: {mean: 15 min, cv: 1}}}, two: {}}
        """,
    "Counter.serves": """
        agencies:
          dukcapil:
            counters: {one: {serves: [[ktp], [kk]]}, two: {serves: kk}}
        """,
    "Counter.help_from": """
        agencies:
          dukcapil:
            counters: {one: {serves: [[ktp, kk], [bank.bayar]], help_from: 5}}
        """,
    "Counter.classes": """
        visitors: {general: {}, elderly: {share: 12 %}}
        agencies:
          bank:
            counters: {one: {classes: elderly}, two: {}}
        """,
    "Counter.only": """
        agencies:
          dukcapil:
            counters: {one: {only: booked}, two: {}}
        """,
    "Service.name": """
        agencies:
          dukcapil:
            services: {kk: {name: Kartu keluarga}}
        """,
    "Service.time": """
        agencies:
          bank:
            services: {bayar: {time: {mean: 4 min, sd: 2 min}}}
        """,
    "Service.by_hour": """
        agencies:
          bank:
            services: {bayar: {by_hour: {08:30: 1.2, 10:00: 1, 14:00: 0.9}}}
        """,
    "Service.set_up": """
        agencies:
          dukcapil:
            services: {kk: {set_up: 2 min}}
        """,
    "Service.back_office": """
        agencies:
          bank:
            services: {bayar: {back_office: 6 min}}
        """,
    "Service.wrap_up": """
        agencies:
          bank:
            services: {bayar: {wrap_up: 45 s}}
        """,
    "Service.promise": """
        agencies:
          dukcapil:
            services: {ktp: {promise: {wait: 15 min}}}
        """,
    "Service.patience": """
        agencies:
          bank:
            services: {bayar: {patience: {mean: 30 min, cv: 0.5}}}
        """,
    "Service.quota": """
        visitors: {general: {}, elderly: {share: 12 %}}
        agencies:
          dukcapil: {services: {ktp: {quota: {elderly: 10, rest: 50}}}}
        """,
    "Service.balking": """
        agencies:
          bank:
            services: {bayar: {balking: {20 min: 30 %}}}
        """,
    "Service.incomplete": """
        agencies:
          bank:
            services: {bayar: {incomplete: 8 %}}
        """,
    "Service.park": """
        agencies:
          dukcapil:
            services: {ktp: {park: {after: 40 %, for: {mean: 10 min, sd: 5 min}}}}
        """,
    "Incomplete.share": """
        agencies:
          dukcapil:
            services: {ktp: {incomplete: {share: 8 %, after: 30 %}}}
        """,
    "Incomplete.found": """
        agencies:
          dukcapil:
            services: {ktp: {incomplete: {share: 8 %, found: before_ticket}}}
        """,
    "Incomplete.after": """
        agencies:
          dukcapil:
            services: {ktp: {incomplete: {share: 8 %, after: 30 %}}}
        """,
    "Incomplete.fetch": """
        agencies:
          dukcapil:
            services: {ktp: {incomplete: {share: 8 %, fetch: {mean: 20 min, sd: 8 min}}}}
        """,
    "Incomplete.back_to": """
        agencies:
          dukcapil:
            services:
              ktp: {incomplete: {share: 8 %, fetch: {mean: 9 min, sd: 3 min}, back_to: head}}
        """,
    "Incomplete.tries": """
        agencies:
          dukcapil:
            services: {ktp: {incomplete: {share: 8 %, fetch: {mean: 9 min, sd: 3 min}, tries: 2}}}
        """,
    "Park.after": """
        agencies:
          dukcapil:
            services: {ktp: {park: {after: 40 %, for: {mean: 10 min, sd: 5 min}}}}
        """,
    "Park.for": """
        agencies:
          dukcapil:
            services: {ktp: {park: {after: 40 %, for: {mean: 10 min, sd: 5 min}}}}
        """,
    "Park.share": """
        agencies:
          dukcapil:
            services: {ktp: {park: {after: 40 %, for: {mean: 10 min, sd: 5 min}, share: 50 %}}}
        """,
    "Call.walk_up": """
        agencies:
          dukcapil:
            call: {walk_up: 25 s}
        """,
    "Call.tries": """
        agencies:
          dukcapil:
            call: {missed: 5 %, tries: 3, every: 20 s}
        """,
    "Call.every": """
        agencies:
          dukcapil:
            call: {missed: 5 %, every: 20 s}
        """,
    "Call.missed": """
        agencies:
          dukcapil:
            call: {missed: 5 %, every: 30 s}
        """,
    "Call.again_after": """
        agencies:
          dukcapil:
            call: {missed: 5 %, every: 30 s, again_after: 3}
        """,
    "Promise.wait": """
        agencies:
          dukcapil:
            promise: {wait: 20 min}
        """,
    "Promise.for": """
        agencies:
          dukcapil:
            promise: {wait: 20 min, for: 95 %}
        """,
    "Journey.name": """
        journeys:
          kk: {name: Kartu keluarga}
        """,
    "Journey.per_day": """
        journeys:
          ktp: {per_day: 72.5}
        """,
    "Journey.stops": """
        journeys:
          baru: {per_day: 4, stops: [dukcapil.ktp, dukcapil.kk, {bank.bayar: 25 %}]}
        """,
    "Journey.entrance": """
        entrance: [bank.bayar]
        journeys:
          kk: {entrance: none}
        """,
    "Journey.profile": """
        journeys:
          kk:
            profile: {08:30: 30, 10:00: 10}
        """,
    "Journey.weekday": """
        journeys:
          kk: {weekday: {mon: 1.5, fri: 0.8}}
        """,
    "Agency.day_to_day": """
        agencies:
          bank: {day_to_day: 20 %}
        journeys: {bayar: {per_day: 15, stops: [bank.bayar]}}
        """,
    "Journey.moved_from": """
        journeys:
          kk: {moved_from: {office: the district office, per_day: 40, share: 60 %}}
        """,
    "MovedFrom.office": """
        journeys:
          kk: {moved_from: {office: the district office, per_day: 40, share: 60 %}}
        """,
    "MovedFrom.per_day": """
        journeys:
          kk: {moved_from: {office: the district office, per_day: 40, share: 60 %}}
        """,
    "MovedFrom.share": """
        journeys:
          kk: {moved_from: {office: the district office, per_day: 40, share: 60 %}}
        """,
    "Journey.day_to_day": """
        journeys:
          kk: {day_to_day: 10 %}
        """,
    "Journey.goes_on_after": """
        journeys:
          kk:
            goes_on_after: reneged, missed
        """,
    "Journey.needs": """
        journeys:
          kk:
            needs: {bank.bayar: dukcapil.kk}
        """,
    "Journey.come_back": """
        journeys:
          ktp: {come_back: {refused: 90 %, after: 2}}
        """,
    "Journey.tickets": """
        journeys:
          kk:
            tickets: all_at_entrance
        """,
    "Journey.booking": """
        journeys:
          ktp:
            booking: {share: 50 %, every: 30 min, seats: 3}
        """,
    "Journey.online_number": """
        journeys:
          ktp:
            online_number: {share: 30 %, lead: {mean: 15 min, sd: 10 min}}
        """,
    "OnlineNumber.share": """
        journeys:
          ktp:
            online_number: {share: 30 %}
        """,
    "OnlineNumber.from": """
        journeys:
          ktp:
            online_number: {share: 30 %, from: 07:00}
        """,
    "OnlineNumber.earlier": """
        journeys:
          ktp:
            online_number: {share: 30 %, earlier: {mean: 1 h, sd: 45 min}}
        """,
    "OnlineNumber.lead": """
        journeys:
          ktp:
            online_number: {share: 30 %, lead: {mean: 15 min, sd: 10 min}}
        """,
    "Booking.share": """
        journeys:
          ktp:
            booking: {every: 30 min, share: 50 %}
        """,
    "Booking.at": """
        journeys:
          kk:
            booking: {every: 30 min, at: dukcapil.kk}
        """,
    "Booking.every": """
        journeys:
          ktp:
            booking: {every: 15 min}
        """,
    "Booking.seats": """
        journeys:
          ktp:
            booking: {every: 30 min, seats: 4}
        """,
    "Booking.hours": """
        journeys:
          ktp:
            booking: {every: 30 min, hours: [09:00-12:00, 13:00-15:00]}
        """,
    "Booking.no_show": """
        journeys:
          ktp:
            booking: {every: 15 min, no_show: 15 %}
        """,
    "Booking.cancelled": """
        journeys:
          ktp:
            booking: {every: 15 min, cancelled: 5 %}
        """,
    "Booking.rebooked": """
        journeys:
          ktp:
            booking: {every: 15 min, cancelled: 5 %, rebooked: yes}
        """,
    "Booking.punctuality": """
        journeys:
          ktp:
            booking: {every: 15 min, punctuality: {dist: normal, mean: -5 min, sd: 10 min}}
        """,
    "Booking.grace": """
        journeys:
          ktp:
            booking: {every: 15 min, grace: 10 min}
        """,
    "Booking.call_early": """
        journeys:
          ktp:
            booking: {every: 15 min, call_early: yes}
        """,
    "Booking.beyond": """
        journeys:
          ktp:
            booking: {every: 1 h, beyond: walk_in}
        """,
    "Journey.add_stops": """
        journeys:
          ktp:
            add_stops: [{after: dukcapil.ktp, stop: bank.bayar, share: 5 %}]
        """,
    "Stop.service": """
        journeys:
          kk:
            stops: [dukcapil.kk, bank.bayar]
        """,
    "Stop.share": """
        journeys:
          kk:
            stops: [dukcapil.kk, {bank.bayar: 60 %}]
        """,
    "Choice.choose": """
        journeys:
          kk:
            stops: [{choose: {dukcapil.kk: 60 %, dukcapil.ktp: 40 %}}, bank.bayar]
        """,
    "Choice.by": """
        journeys:
          kk:
            stops: [{choose: [dukcapil.kk, dukcapil.ktp], by: shortest_line}, bank.bayar]
        """,
    "AnyOrder.any_order": """
        journeys:
          kk:
            stops: [{any_order: [dukcapil.kk, bank.bayar]}]
        """,
    "Repeat.repeat": """
        journeys:
          kk:
            stops: [{repeat: [dukcapil.kk], share: 15 %, at_most: 3}, bank.bayar]
        """,
    "Repeat.share": """
        journeys:
          kk:
            stops: [{repeat: [dukcapil.kk, bank.bayar], share: 15 %, at_most: 2}]
        """,
    "Repeat.at_most": """
        journeys:
          kk:
            stops: [{repeat: [dukcapil.kk], share: 15 %, at_most: 3}, bank.bayar]
        """,
    "Decision.every_agency_keeps": """
        decision:
          every_agency_keeps: promise
        """,
    "Decision.present_citizens_lose_at_most": """
        decision:
          present_citizens_lose_at_most: 2 of 100
        """,
    "Decision.refused_at_most": """
        decision:
          refused_at_most: 3 %
        """,
    "Addition.after": """
        journeys:
          ktp:
            add_stops: [{after: dukcapil.ktp, stop: dukcapil.kk}]
        """,
    "Addition.before": """
        journeys:
          ktp:
            add_stops: [{before: dukcapil.ktp, stop: bank.bayar}]
        """,
    "Addition.stop": """
        journeys:
          kk:
            add_stops: [{after: dukcapil.kk, stop: {dukcapil.ktp: 10 %}}]
        """,
    "Addition.share": """
        journeys:
          kk:
            add_stops: [{after: dukcapil.kk, stop: dukcapil.ktp, share: 10 %}]
        """,
}

LAWS: dict[str, tuple[str, ...]] = {
    "always": ("{always: 9 min}",),
    "nameless": (
        "{mean: 9 min, sd: 5 min}",
        "{mean: 9 min, cv: 0.6}",
        "{median: 8 min, p90: 16 min}",
    ),
    "uniform": ("{dist: uniform, low: 20 s, high: 90 s}",),
    "triangular": ("{dist: triangular, low: 4 min, mode: 7 min, high: 15 min}",),
    "exponential": ("{dist: exponential, mean: 9 min}",),
    "gamma": (
        "{dist: gamma, mean: 9 min, sd: 5 min}",
        "{dist: gamma, mean: 9 min, cv: 0.6}",
        "{dist: gamma, mean: 9 min, shape: 3}",
    ),
    "erlang": ("{dist: erlang, mean: 9 min, stages: 3}",),
    "lognormal": (
        "{dist: lognormal, mean: 9 min, sd: 5 min}",
        "{dist: lognormal, mean: 9 min, cv: 0.6}",
        "{dist: lognormal, median: 8 min, p90: 16 min}",
        "{dist: lognormal, median: 8 min, sigma: 0.5}",
    ),
    "weibull": (
        "{dist: weibull, shape: 1.5, mean: 110 min}",
        "{dist: weibull, shape: 1.5, scale: 2 h}",
    ),
    "beta": (
        "{dist: beta, low: 2 min, high: 20 min, mean: 8 min, sd: 3 min}",
        "{dist: beta, low: 2 min, high: 20 min, a: 2, b: 4}",
    ),
    "normal": ("{dist: normal, mean: 9 min, sd: 4 min, low: 0 min}",),
    "discrete": ("{dist: discrete, values: {4 min: 70 %, 12 min: 30 %}}",),
    "empirical": (
        "{dist: empirical, values: [4 min, 5 min, 7 min]}",
        "{dist: empirical, file: times.csv, column: minutes, unit: min}",
    ),
    "mixture": (
        "{dist: mixture, of: [{share: 70 %, always: 2 min}, {share: 30 %, mean: 5 min, cv: 1}]}",
    ),
    "scipy": ("{dist: scipy, family: invgauss, args: {mu: 0.5}, scale: 5 min}",),
}
"""One example for each form of each law, in the order of `law_schema.forms`."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def example(path: str) -> str:
    """Return the example of `Model.key` as YAML from the left margin."""
    lines = EXAMPLES[path].strip("\n").splitlines()[:-1]
    return "\n".join(line[8:] for line in lines) + "\n"


def value_of(path: str) -> Any:
    """Return the value of `Model.key` in its example, as an editor inserts it; None if unknown."""
    model, _, key = path.partition(".")
    root, _ = parse(example(path), path)
    if root is None:
        return None
    for place in places().get(model, ()):
        found = _at(plain(root), [*filter(None, place.split(".")), key])
        if found is not None:
            return _as_json(found)
    return None


def _at(tree: Any, steps: list[str]) -> Any:
    """Return what stands at a path, `NAME` standing for any name; None if nothing does."""
    if not steps:
        return tree
    if not isinstance(tree, dict):
        return None
    inner = list(tree.values()) if steps[0] == "NAME" else [tree.get(steps[0])]
    return next((found for each in inner if (found := _at(each, steps[1:])) is not None), None)


def _as_json(tree: Any) -> Any:
    """Return texts that YAML reads as numbers as numbers."""
    if isinstance(tree, dict):
        return {key: _as_json(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_as_json(value) for value in tree]
    if isinstance(tree, str) and _NUMBER.fullmatch(tree):
        return float(tree) if "." in tree else int(tree)
    return tree
